// What every page loads. Pages ask for behaviour by attributes and work without any of it:
//   data-live="URL"            (body) listen for "something changed" and tell `wf:<topic>` to body,
//                              by the script that data-signals names
//   hx-*                       htmx, for lists that filter and refresh themselves
//   command, commandfor        dialogs (native where the browser has it)
//   data-theme-toggle          light or dark
//   data-copy="TEXT"           copy button
//   data-toast, data-close     a message that goes away
//   data-palette               opens the search over everything, as Ctrl+K does
//   data-search, data-claim    targets of the keys / and c; `.rows .title` those of j and k
//   data-pick, data-pick-all   boxes of rows, x picks the row with the focus; data-picked counts them
//   data-mentions="URL"        (text area) complete names after an @
//   data-reset                 (form) empty again once it was sent
//   data-guard                 (form) ask before unsaved input is left
//   data-draft="URL"           (form) what is typed is kept there
//   data-conditions="URL"      (form) ask the server which parts are shown now
//   data-limit="BYTES"         (file field) refuse larger files at once
//   data-live                  (body) besides: somebody is signed in, so this may become an app
//   data-module, data-style    a lazily loaded island, e.g. a diagram or the modeler
//   data-after-saving          (link) followed once the modeler has saved
import htmx from "htmx.org";
import "./js/dialogs.js";
import "./js/drafts.js";
import "./js/forms.js";
import "./js/islands.js";
import "./js/keys.js";
import "./js/live.js";
import "./js/mentions.js";
import "./js/messages.js";
import "./js/palette.js";
import "./js/picks.js";
import "./js/shell.js";
import "./js/theme.js";
import "./js/undisturbed.js";

Object.assign(htmx.config, {
  allowEval: false,
  disableInheritance: true, // what a list does to refresh itself is not for what stands in it
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});
