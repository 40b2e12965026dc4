//! Rules of DASH manifests (ISO/IEC 23009-1).

rules! {
    XML = Error "dash-xml", "23009-1 5.2.1", "a manifest is well-formed XML with the root `MPD` in its namespace", "put the XML right";
    ATTRIBUTE_MISSING = Error "dash-attribute-missing", "23009-1 5.3", "attributes that an element needs are there", "add the attribute";
    ATTRIBUTE_VALUE = Error "dash-attribute-value", "23009-1 5.3, annex B", "an attribute's value has the type of the schema", "write the value as that type";
}
