"""The fictional portal of the demonstration, made of the people and files of `label_portal.sample`."""
