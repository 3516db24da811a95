//! Scenarios and packs: texts that runs refer to. Their content is judged when a run is asked for; what is looked at here is
//! that a text can be read and names no file but those of its run.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Service;
use super::page::{Ask, Page};
use crate::clock::iso;
use crate::fault::{Fault, Pointed};
use crate::rights::Caller;
use crate::store::{Piece, PieceKind, commit};

/// Longest text, bytes.
const LONGEST: usize = 1 << 20;

/// A scenario or pack to be entered.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceInput {
    /// Name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The text: TOML, or JSON if it begins with `{`.
    #[schema(max_length = 1048576)]
    pub text: String,
}

/// A scenario or pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PieceView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Counted from 1; the ETag.
    pub version: i64,
    /// `toml` or `json`.
    pub format: String,
    /// Hash of the text.
    pub hash: String,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// Last change.
    pub changed_at: String,
    /// The text; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

fn view(p: Piece, text: Option<String>) -> PieceView {
    PieceView {
        id: p.id,
        name: p.name,
        version: p.version,
        format: p.format,
        hash: p.body_hash,
        created_by: p.created_by,
        created_at: iso(p.created_at),
        changed_at: iso(p.changed_at),
        text,
    }
}

/// The format of a text that may be entered.
///
/// # Errors
/// Everything that is wrong with it.
pub fn format(kind: PieceKind, input: &PieceInput) -> Result<&'static str, Fault> {
    let mut errors = Vec::new();
    if input.name.trim().is_empty() || input.name.chars().count() > 200 || input.name.chars().any(char::is_control) {
        errors.push(Pointed::at("/name", "expected a name of 1 to 200 characters"));
    }
    let json = input.text.trim_start().starts_with('{');
    let tree = match (input.text.len() > LONGEST || input.text.contains('\0'), json) {
        (true, _) => Err("expected a text of at most 1 MiB".to_owned()),
        (false, true) if kind == PieceKind::Pack => Err("a pack is written in TOML".to_owned()),
        (false, true) => serde_json::from_str::<Value>(&input.text).map_err(|e| e.to_string()),
        (false, false) => toml::from_str::<Value>(&input.text).map_err(|e| e.to_string()),
    };
    match tree {
        Err(why) => errors.push(Pointed::at("/text", why)),
        Ok(tree) => foreign_files(&tree, &mut errors),
    }
    if errors.is_empty() { Ok(if json { "json" } else { "toml" }) } else { Err(Fault::all(errors)) }
}

/// A scenario may extend others and lock an award, by the name of a file. Here these are the files of its run
/// (`scenario-1.toml`, `award.json`), never any of the server's.
fn foreign_files(tree: &Value, errors: &mut Vec<Pointed>) {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let mut look = |names: Vec<&Value>| {
        for name in names {
            if !name.as_str().is_some_and(plain) {
                errors.push(Pointed::at(
                    "/text",
                    format!("{name} is no file of a run; name one such as scenario-1.toml or award.json"),
                ));
            }
        }
    };
    match tree {
        Value::Object(object) => {
            for key in ["extends", "award"] {
                match object.get(key) {
                    Some(Value::Array(names)) => look(names.iter().collect()),
                    Some(name @ Value::String(_)) => look(vec![name]),
                    _ => {}
                }
            }
            object.values().for_each(|v| foreign_files(v, errors));
        }
        Value::Array(items) => items.iter().for_each(|v| foreign_files(v, errors)),
        _ => {}
    }
}

impl Service {
    /// Enters a text.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub async fn add_piece(&self, caller: &Caller, kind: PieceKind, input: &PieceInput) -> Result<PieceView, Fault> {
        let format = format(kind, input)?;
        let scope = self.scope(caller).await?;
        let mut tx = scope.write().await?;
        let piece = scope.add_piece(&mut tx, kind, &input.name, (format, &input.text), &caller.name).await?;
        scope.note(&mut tx, &caller.name, &format!("enter_{}", kind.word()), &piece.id, &piece.body_hash).await?;
        commit(tx).await?;
        Ok(view(piece, Some(input.text.clone())))
    }

    /// A text.
    ///
    /// # Errors
    /// If there is none.
    pub async fn piece(&self, caller: &Caller, kind: PieceKind, id: &str) -> Result<PieceView, Fault> {
        let scope = self.scope(caller).await?;
        let piece = scope.piece(kind, id).await?;
        let text = scope.document(&piece.body_hash).await?;
        Ok(view(piece, Some(text)))
    }

    /// Texts of a kind.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn pieces(&self, caller: &Caller, kind: PieceKind, ask: &Ask) -> Result<Page<PieceView>, Fault> {
        let found = self.scope(caller).await?.pieces(kind, &ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |p| p.id.clone(), |p| view(p, None)))
    }

    /// Replaces a text.
    ///
    /// # Errors
    /// If `version` is not the newest.
    pub async fn replace_piece(
        &self,
        caller: &Caller,
        kind: PieceKind,
        id: &str,
        version: Option<i64>,
        input: &PieceInput,
    ) -> Result<PieceView, Fault> {
        let format = format(kind, input)?;
        let scope = self.scope(caller).await?;
        let old = scope.piece(kind, id).await?;
        let mut tx = scope.write().await?;
        scope.replace_piece(&mut tx, &old, version, &input.name, (format, &input.text)).await?;
        scope.note(&mut tx, &caller.name, &format!("change_{}", kind.word()), id, &old.body_hash).await?;
        commit(tx).await?;
        self.piece(caller, kind, id).await
    }

    /// Takes a text away.
    ///
    /// # Errors
    /// If `version` is not the newest.
    pub async fn remove_piece(
        &self,
        caller: &Caller,
        kind: PieceKind,
        id: &str,
        version: Option<i64>,
    ) -> Result<(), Fault> {
        let scope = self.scope(caller).await?;
        let old = scope.piece(kind, id).await?;
        let mut tx = scope.write().await?;
        scope.remove_piece(&mut tx, id, version).await?;
        scope.note(&mut tx, &caller.name, &format!("remove_{}", kind.word()), id, &old.body_hash).await?;
        commit(tx).await?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{PieceInput, PieceKind};

    fn format(input: &PieceInput) -> Result<&'static str, crate::fault::Fault> {
        super::format(PieceKind::Scenario, input)
    }

    fn text(text: &str) -> PieceInput {
        PieceInput { name: "n".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_text_names_no_file_of_the_server() {
        for hostile in [
            "extends = [\"../other.toml\"]",
            "extends = \"/etc/passwd\"",
            "[[edit]]\nname = \"x\"\nlock = { award = \"../../control.db\" }",
            "{\"edit\": [{\"lock\": {\"award\": \"/etc/passwd\"}}]}",
            "{\"extends\": [7]}",
        ] {
            assert!(format(&text(hostile)).is_err(), "{hostile}");
        }
        assert_eq!(format(&text("extends = [\"scenario-1.toml\"]")).unwrap(), "toml");
        assert_eq!(format(&text("{\"lock\": {\"award\": \"award.json\"}}")).unwrap(), "json");
    }
}
