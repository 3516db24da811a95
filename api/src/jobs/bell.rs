//! Wakes those who wait for something to happen to a run. A hint only: whoever waits looks into the store, and looks again
//! after a while even if no bell was heard.

use tokio::sync::{Notify, broadcast};

/// A bell for the queue and for single runs.
#[derive(Debug)]
pub struct Bell {
    queue: Notify,
    runs: broadcast::Sender<String>,
}

impl Default for Bell {
    fn default() -> Self {
        Self { queue: Notify::new(), runs: broadcast::channel(256).0 }
    }
}

impl Bell {
    /// Something happened to a run.
    pub fn ring(&self, run: &str) {
        self.queue.notify_one();
        // Nobody may be listening.
        let _ = self.runs.send(run.to_owned());
    }

    /// Waits for something to happen to any run.
    pub async fn heard(&self) {
        self.queue.notified().await;
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<String> {
        self.runs.subscribe()
    }
}

/// Waits until something happens to the run.
pub async fn hear(listener: &mut broadcast::Receiver<String>, run: &str) {
    loop {
        match listener.recv().await {
            Ok(other) if other != run => {}
            // Heard, or so much was missed that it is better to look.
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Waits until something happens to the run, or so long.
pub async fn wait_for(listener: &mut broadcast::Receiver<String>, run: &str, longest: std::time::Duration) {
    let _ = tokio::time::timeout(longest, hear(listener, run)).await;
}
