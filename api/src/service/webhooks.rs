//! Webhooks: addresses of the tenant that are told when a run ends. Only hosts that the server's settings allow.

use actix_web::http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Service;
use super::page::{Ask, Page};
use crate::clock::iso;
use crate::fault::{Fault, Pointed};
use crate::rights::Caller;
use crate::store::{WebhookRow, commit};

/// A webhook to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookInput {
    /// Where messages go: `https://` and a host that the server allows.
    #[schema(max_length = 2000)]
    pub url: String,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Id.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// When it was last told of a run.
    pub told_at: Option<String>,
    /// That run.
    pub told_run: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// What messages are signed with; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

fn view(row: WebhookRow, secret: Option<String>) -> WebhookView {
    WebhookView {
        id: row.id,
        url: row.url,
        created_by: row.created_by,
        created_at: iso(row.created_at),
        told_at: row.told_at.map(iso),
        told_run: row.told_run,
        outcome: row.outcome,
        secret,
    }
}

/// Why messages may not go to an address.
pub fn refusal(url: &str, hosts: &[String]) -> Option<String> {
    if hosts.is_empty() {
        return Some("this server tells no webhooks: its settings allow no host (webhooks.hosts)".to_owned());
    }
    let Ok(parsed) = url.parse::<Uri>() else {
        return Some("expected an address such as https://example.org/hook".to_owned());
    };
    if url.len() > 2_000 || parsed.scheme_str() != Some("https") {
        return Some("expected an address that begins with https://".to_owned());
    }
    // No name and password; those would be sent to whoever answers.
    if parsed.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Some("expected an address without name and password".to_owned());
    }
    let host = parsed.host().unwrap_or_default();
    let allowed = hosts.iter().any(|h| h.eq_ignore_ascii_case(host));
    (!allowed).then(|| format!("the host `{host}` is not one that the operator allows (webhooks.hosts); ask him"))
}

impl Service {
    /// Enters a webhook; its secret is shown this once.
    ///
    /// # Errors
    /// If its host is not allowed.
    pub async fn add_webhook(&self, caller: &Caller, input: &WebhookInput) -> Result<WebhookView, Fault> {
        if let Some(why) = refusal(&input.url, &self.config.webhooks.hosts) {
            return Err(Fault::all(vec![Pointed::at("/url", why)]));
        }
        let scope = self.scope(caller).await?;
        let mut tx = scope.write().await?;
        let row = scope.add_webhook(&mut tx, &input.url, &caller.name).await?;
        scope.note(&mut tx, &caller.name, "enter_webhook", &row.id, &row.url).await?;
        commit(tx).await?;
        let secret = row.secret.clone();
        Ok(view(row, Some(secret)))
    }

    /// Webhooks.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn webhooks(&self, caller: &Caller, ask: &Ask) -> Result<Page<WebhookView>, Fault> {
        let found = self.scope(caller).await?.webhooks(&ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |w| w.id.clone(), |w| view(w, None)))
    }

    /// Takes a webhook away.
    ///
    /// # Errors
    /// If there is none.
    pub async fn remove_webhook(&self, caller: &Caller, id: &str) -> Result<(), Fault> {
        let scope = self.scope(caller).await?;
        let mut tx = scope.write().await?;
        scope.remove_webhook(&mut tx, id).await?;
        scope.note(&mut tx, &caller.name, "remove_webhook", id, "").await?;
        commit(tx).await
    }
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn only_allowed_hosts_by_https() {
        let hosts = ["hooks.example.org".to_owned()];
        assert_eq!(refusal("https://hooks.example.org/a?b=c", &hosts), None);
        assert_eq!(refusal("https://HOOKS.example.org:8443/", &hosts), None);
        for bad in [
            "http://hooks.example.org/",
            "https://hooks.example.org.evil.test/",
            "https://evil.test/#hooks.example.org",
            "https://evil.test/?@hooks.example.org",
            "https://hooks.example.org@evil.test/",
            "https://user:pass@hooks.example.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "file:///etc/passwd",
            "hooks.example.org",
            "",
            "\u{0}",
        ] {
            assert!(refusal(bad, &hosts).is_some(), "{bad}");
        }
        assert!(refusal("https://hooks.example.org/", &[]).is_some_and(|why| why.contains("webhooks.hosts")));
    }
}
