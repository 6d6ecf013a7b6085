// FEEL for the server's script sandbox: the global `feelin`, in UTC and English wherever it runs.
import './sandbox.js';
import { Settings } from 'luxon';

Settings.defaultZone = 'utc';
Settings.defaultLocale = 'en';

// Settings.now may be set to a function returning milliseconds, which then is FEEL's clock.
export { Settings };
export { evaluate, parseExpression, parseUnaryTests, unaryTest } from '@bpmn-io/feelin';
