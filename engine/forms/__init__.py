"""Forms: form-js JSON as the one model, checked and resolved without input or output.

``Form.parse`` or ``Form.read`` a form at deployment; ``Form.check`` what a person or program
entered; ``Form.view`` gives a page what it renders. ``convert`` turns form properties of Flowable,
form data of Camunda and Flowable's ``.form`` files into the same model.
"""

from engine.forms.check import Checked
from engine.forms.convert import from_flowable_form, from_form_fields
from engine.forms.feel import FeelMissing
from engine.forms.form import FieldFacts, Form
from engine.forms.live import Directory
from engine.forms.messages import Message
from engine.forms.model import Option, Outcome, Upload
from engine.forms.view import Choice, FileItem, FormView, Item, RowItem

__all__ = [
    "Checked",
    "Choice",
    "Directory",
    "FeelMissing",
    "FieldFacts",
    "FileItem",
    "Form",
    "FormView",
    "Item",
    "Message",
    "Option",
    "Outcome",
    "RowItem",
    "Upload",
    "from_flowable_form",
    "from_form_fields",
]
