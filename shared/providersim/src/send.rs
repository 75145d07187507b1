//! Notices: sent when they are due, and again by each provider's rule.

use city_contracts::payments::Provider;
use futures_util::future::join_all;
use serde_json::Value;

use crate::book::{Act, Flaw, Key, Order, PAUSE};
use crate::{Simulator, momo, vnpay, zalopay};

/// A notice on its way.
pub enum Notice {
    /// A query for a GET.
    Query(String),
    /// A body for a POST.
    Body(Value),
}

impl Simulator {
    /// Does what is due, notices included, one after the other. How many things happened.
    pub async fn step(&self) -> usize {
        let now = self.now();
        let due = self.book().take_due(now);
        let happened = due.len();
        for (key, act) in due {
            self.act(key, act).await;
        }
        happened
    }

    async fn act(&self, key: Key, act: Act) {
        let now = self.now();
        let (says, flaw, times, attempt) = match act {
            Act::Become(state) => return self.book().become_(&key, state, now),
            Act::Notify { says, flaw, times, attempt } => (says, flaw, times, attempt),
        };
        let Some(mut order) = self.book().orders.get(&key).cloned() else { return };
        order.state = says;
        let Some(notice) = self.notice(&order, flaw) else { return };
        let sent = join_all((0..times).map(|_| self.send(&order, &notice))).await;
        let ended = sent.iter().flatten().any(|answer| is_end(key.0, answer));
        let mut book = self.book();
        for answer in sent {
            let answer = answer.unwrap_or_else(|| "no answer".to_owned());
            book.answers.push((key.1.clone(), answer));
        }
        if !ended && attempt < most(key.0) {
            let again = Act::Notify { says, flaw, times: 1, attempt: attempt + 1 };
            book.later(now + PAUSE, key, again);
        }
    }

    fn notice(&self, order: &Order, flaw: Flaw) -> Option<Notice> {
        let mut said = order.clone();
        match flaw {
            Flaw::Amount => said.amount /= 10,
            Flaw::UnknownRef => {
                said.name = said.name.replace('T', "U");
                said.request = said.request.replace('T', "U");
            }
            Flaw::None | Flaw::Forged | Flaw::Unsigned => {}
        }
        match order.provider {
            Provider::Vnpay => Some(Notice::Query(vnpay::notice(self.settings(), &said, flaw))),
            Provider::Momo => {
                Some(Notice::Body(momo::notice(self.settings(), &said, flaw, self.now())))
            }
            Provider::Zalopay => {
                zalopay::notice(self.settings(), &said, flaw, self.now()).map(Notice::Body)
            }
        }
    }

    /// Sends a notice; the status and body of the answer.
    async fn send(&self, order: &Order, notice: &Notice) -> Option<String> {
        let http = &self.0.http;
        let request = match notice {
            Notice::Query(query) => http.get(format!("{}?{query}", order.notices)),
            Notice::Body(body) => http.post(&order.notices).json(body),
        };
        match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let text = answer.text().await.unwrap_or_default();
                Some(format!("{status} {text}").trim_end().to_owned())
            }
            Err(error) => {
                tracing::info!(error = %error.without_url(), "A notice of the simulator got no answer");
                None
            }
        }
    }
}

/// How often a provider tries.
const fn most(provider: Provider) -> u32 {
    match provider {
        Provider::Vnpay => 10,
        Provider::Momo => 1, // often one attempt only
        Provider::Zalopay => 3,
    }
}

fn is_end(provider: Provider, answer: &str) -> bool {
    let body: Value = answer
        .split_once(' ')
        .and_then(|(_, body)| serde_json::from_str(body).ok())
        .unwrap_or_default();
    match provider {
        Provider::Vnpay => matches!(body["RspCode"].as_str(), Some("00" | "02")),
        Provider::Momo => true,
        Provider::Zalopay => matches!(body["return_code"].as_i64(), Some(1 | -1)),
    }
}
