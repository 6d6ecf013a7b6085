"""The processes that ship: model, forms, scenarios and a page of help each."""
