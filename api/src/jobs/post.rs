//! One message to a webhook, signed, and only to public addresses: the host is resolved once, only public addresses of it
//! count, the connection goes to one of those, redirects are not followed and no proxy is asked.

use std::net::IpAddr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::secret::hex;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a message to a public address; the status, or why it was not taken.
pub fn post(url: &str, secret: &str, seconds: i64, body: &str) -> Result<u16, String> {
    send(url, secret, seconds, body, public)
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA-256 over `SECONDS.BODY` with the secret of the webhook.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", hex(&mac.finalize().into_bytes()))
}

/// Addresses that belong to nobody's own network.
fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || a == 100 && (64..128).contains(&b)
                || a == 192 && b == 0 && c == 0
                || a == 198 && (18..20).contains(&b))
        }
        // Only what is given out to networks of the world (2000::/3), without documentation, 6to4 and Teredo; addresses that
        // stand for one of IPv4 lie outside.
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            (0x2000..0x4000).contains(&first)
                && first != 0x2002
                && !(first == 0x2001 && (second == 0xdb8 || second < 0x200))
        }
    }
}

/// Keeps only addresses that may be spoken to.
#[derive(Debug)]
struct Only {
    own: DefaultResolver,
    may: fn(IpAddr) -> bool,
}

impl Resolver for Only {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.own.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|a| (self.may)(a.ip())) {
            kept.push(*address);
        }
        match kept.is_empty() {
            true => Err(ureq::Error::Io(std::io::Error::other("the host has no public address"))),
            false => Ok(kept),
        }
    }
}

/// Sends a message; the status, or why it was not taken.
fn send(url: &str, secret: &str, seconds: i64, body: &str, may: fn(IpAddr) -> bool) -> Result<u16, String> {
    let config = Config::builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent("ballast")
        .build();
    let resolver = Only { own: DefaultResolver::default(), may };
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), resolver);
    let answer = agent
        .post(url)
        .header("content-type", "application/json")
        .header("ballast-signature", signature(secret, seconds, body))
        .send(body)
        .map_err(|e| e.to_string())?;
    match answer.status() {
        taken if taken.is_success() => Ok(taken.as_u16()),
        other => Err(format!("answered {}", other.as_u16())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{IpAddr, TcpListener};

    use super::{public, send, signature};

    /// RFC 4231 gives HMAC-SHA-256 of "what do ya want for nothing?" with "Jefe"; ours signs a time before it, so the
    /// expected value is from Python's `hmac.new(b"Jefe", b"7.x", "sha256")`.
    #[test]
    fn a_signature_is_the_one_that_others_compute() {
        let expected = "t=7,v1=90855e9032d6166b9ee389b66d32d3423879e259ee44a45208c6599dd22283b2";
        assert_eq!(signature("Jefe", 7, "x"), expected);
    }

    #[test]
    fn addresses_of_own_networks_are_not_public() {
        for own in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "ff02::1",
        ] {
            assert!(!public(own.parse::<IpAddr>().unwrap()), "{own}");
        }
        for other in ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "172.32.0.1", "100.128.0.1"] {
            assert!(public(other.parse::<IpAddr>().unwrap()), "{other}");
        }
    }

    /// Answers one request as told; what was asked.
    fn answer(with: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}/hook", listener.local_addr().unwrap().port());
        let heard = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let from = head.len();
                assert!(reader.read_line(&mut head).unwrap() > 0);
                if let Some(n) = head[from..].to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = n.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(reader.get_mut(), "HTTP/1.1 {with}\r\ncontent-length: 0\r\n\r\n").unwrap();
            head + std::str::from_utf8(&body).unwrap()
        });
        (url, heard)
    }

    fn anywhere(_: IpAddr) -> bool {
        true
    }

    #[test]
    fn a_message_arrives_signed() {
        let (url, heard) = answer("204 No Content");
        assert_eq!(send(&url, "hush", 1_700_000_000, "{\"run\":\"r\"}", anywhere), Ok(204));
        let heard = heard.join().unwrap();
        assert!(heard.contains(&signature("hush", 1_700_000_000, "{\"run\":\"r\"}")), "{heard}");
        assert!(heard.starts_with("POST /hook ") && heard.ends_with("{\"run\":\"r\"}"), "{heard}");
    }

    #[test]
    fn failures_and_redirects_are_no_delivery() {
        for with in ["500 Oh", "302 Found\r\nlocation: http://127.0.0.1:1/"] {
            let (url, heard) = answer(with);
            let said = send(&url, "hush", 1, "{}", anywhere);
            heard.join().unwrap();
            assert_eq!(said, Err(format!("answered {}", &with[..3])));
        }
    }

    #[test]
    fn nothing_is_sent_to_the_own_network() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
            let said = send(&format!("http://{host}:{port}/"), "s", 1, "{}", public);
            assert!(said.is_err(), "{host}: {said:?}");
        }
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "somebody connected");
    }
}
