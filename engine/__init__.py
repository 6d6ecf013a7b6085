"""BPMN semantics without input or output: a model, a state, commands that yield events."""
