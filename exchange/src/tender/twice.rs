//! Keys that stand twice in a JSON object. A map keeps the last and says nothing, so the text is read once more for them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A key that stands twice: the pointer of its object, and the key.
pub(super) struct Twice {
    /// Pointer of the object; empty for the body itself.
    pub(super) object: String,
    /// The key.
    pub(super) key: String,
}

/// All of them, in the order of the text. A text that is no JSON has none.
pub(super) fn keys(bytes: &[u8]) -> Vec<Twice> {
    let mut found = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let all = deserializer.deserialize_any(Value { path: &Path::Body, found: &mut found });
    if all.is_ok() { found } else { Vec::new() }
}

/// Where a value stands; written out only for keys that stand twice.
enum Path<'a> {
    Body,
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => Ok(()),
            Self::Key(object, key) => write!(f, "{object}/{key}"),
            Self::Item(array, i) => write!(f, "{array}/{i}"),
        }
    }
}

/// A key, as it stands in the text where that is possible.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// Walks over one value, of which only the keys matter.
struct Value<'a> {
    path: &'a Path<'a>,
    found: &'a mut Vec<Twice>,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    // A number comes as a map of one key, too (serde_json keeps its digits that way); one key cannot stand twice.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut first: Option<Cow<'de, str>> = None;
        let mut others: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(key) = map.next_key_seed(Key)? {
            map.next_value_seed(Value { path: &Path::Key(self.path, &key), found: &mut *self.found })?;
            if first.as_ref() == Some(&key) || others.contains(&key) {
                self.found.push(Twice { object: self.path.to_string(), key: key.into_owned() });
            } else if first.is_none() {
                first = Some(key);
            } else {
                others.insert(key);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut i = 0;
        while items.next_element_seed(Value { path: &Path::Item(self.path, i), found: &mut *self.found })?.is_some() {
            i += 1;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn keys_that_stand_twice_are_found_at_any_depth() {
        let found = keys(br#"{"a": [{"b": 1, "c": {"d": 1, "d": null}, "b": 2.5}], "e": true, "a": []}"#);
        let found: Vec<String> = found.iter().map(|t| format!("{} {}", t.object, t.key)).collect();
        assert_eq!(found, ["/a/0/c d", "/a/0 b", " a"]);
        assert!(keys(br#"{"a": 1, "b": [1, 2, {"a": "x"}]}"#).is_empty());
        let escaped = keys(br#"{"a": {"b": 1, "\u0062": 2, "c": 3, "\u0063": 4}}"#);
        assert_eq!(escaped.iter().map(|t| t.key.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    }
}
