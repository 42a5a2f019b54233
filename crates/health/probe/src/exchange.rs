//! One request and its answer, over a connection of its own to an address that was judged before.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use perch_health::{Answer, Certificate, Cookie, Failure};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use crate::BYTES_MAX;
use crate::trust::{Trust, brief};

/// Bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 32 * 1_024;
/// Cookies that are looked at.
const COOKIES_MAX: usize = 16;
/// What a page writes that would be the whole window instead of a frame.
const TOP_NAVIGATION: [&str; 2] = ["top.location", "parent.location"];
/// Says who asks, to whoever reads the page's log.
const USER_AGENT: &str = concat!("Perch/", env!("CARGO_PKG_VERSION"), " (add-in check)");

/// What came back.
pub(crate) struct Exchange {
    pub(crate) answer: Answer,
    /// Of a redirect, where to, if it says so.
    pub(crate) location: Option<Option<String>>,
    pub(crate) certificate: Option<Certificate>,
}

impl Exchange {
    /// Asks for a page over a connection to its server.
    pub(crate) async fn over(
        stream: TcpStream,
        trust: &Trust,
        page: &Url,
    ) -> Result<Self, Failure> {
        let answered = ask(stream, trust, page, request(page)?).await?;
        let Answered { response, .. } = answered;
        let mut answer = head(&response);
        answer.first_byte_ms = u64::try_from(answered.took.as_millis()).unwrap_or(u64::MAX);
        let location = response
            .status()
            .is_redirection()
            .then(|| text(response.headers(), &header::LOCATION));
        // 300 and 304 say nothing of where.
        let location = location.filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308));
        if location.is_none() {
            read(response.into_body(), &mut answer).await?;
        }
        Ok(Self {
            answer,
            location,
            certificate: answered.certificate,
        })
    }
}

/// What a server answered, the body still to be read.
struct Answered {
    response: Response<Incoming>,
    /// From the request to the first byte.
    took: Duration,
    certificate: Option<Certificate>,
    /// Ends with this, however that ends.
    _connection: AbortOnDropHandle<hyper::Result<()>>,
}

/// Sends a request over a connection to its server, by TLS where the address says so.
async fn ask<B>(
    stream: TcpStream,
    trust: &Trust,
    url: &Url,
    request: Request<B>,
) -> Result<Answered, Failure>
where
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    if url.scheme() == "http" {
        return exchange(stream, None, request).await;
    }
    let host = url.host_str().unwrap_or_default();
    let (stream, certificate) = trust.connect(host, stream).await?;
    exchange(stream, certificate, request).await
}

async fn exchange<S, B>(
    stream: S,
    certificate: Option<Certificate>,
    request: Request<B>,
) -> Result<Answered, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let broken = |cause: hyper::Error| Failure::Broken(brief(&cause));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let asked = Instant::now();
    let response = sender.send_request(request).await.map_err(broken)?;
    Ok(Answered {
        response,
        took: asked.elapsed(),
        certificate,
        _connection: connection,
    })
}

/// What a browser asks for a frame, so that a page that looks at it answers the same.
fn request(page: &Url) -> Result<Request<Empty<Bytes>>, Failure> {
    to(Method::GET, page)
        .header(header::USER_AGENT, USER_AGENT)
        .header(
            header::ACCEPT,
            "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        )
        .header("sec-fetch-dest", "iframe")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "cross-site")
        .body(Empty::new())
        .map_err(|_| Failure::BadUrl)
}

/// The status with which a server answers to a body that is posted over a connection to it.
pub(crate) async fn post(
    stream: TcpStream,
    trust: &Trust,
    receiver: &Url,
    event: perch_health::Request,
) -> Result<u16, Failure> {
    let mut request = to(Method::POST, receiver)
        .header(
            header::USER_AGENT,
            concat!("Perch/", env!("CARGO_PKG_VERSION"), " (webhook)"),
        )
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in event.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(event.body)));
    let request = request.map_err(|_| Failure::BadUrl)?;
    let answered = ask(stream, trust, receiver, request).await?;
    // What it says beyond the status is of no concern, and is not read.
    Ok(answered.response.status().as_u16())
}

/// The beginning of a request for an address.
fn to(method: Method, url: &Url) -> Builder {
    let port = url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header(
            header::HOST,
            format!("{}{port}", url.host_str().unwrap_or_default()),
        )
        .header(header::CONNECTION, "close")
}

fn head(response: &Response<Incoming>) -> Answer {
    let headers = response.headers();
    let cookies = all(headers, &header::SET_COOKIE);
    Answer {
        status: response.status().as_u16(),
        content_type: text(headers, &header::CONTENT_TYPE),
        disposition: text(headers, &header::CONTENT_DISPOSITION),
        frame_options: all(headers, &header::X_FRAME_OPTIONS),
        security_policies: all(headers, &header::CONTENT_SECURITY_POLICY),
        resource_policy: text(
            headers,
            &HeaderName::from_static("cross-origin-resource-policy"),
        ),
        embedder_policy: text(
            headers,
            &HeaderName::from_static("cross-origin-embedder-policy"),
        ),
        cookies: cookies
            .iter()
            .filter_map(|cookie| Cookie::parse(cookie))
            .take(COOKIES_MAX)
            .collect(),
        ..Answer::default()
    }
}

fn all(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    all(headers, name).into_iter().next()
}

/// Reads a body up to the limit, and looks for what the pane forbids.
async fn read(mut body: Incoming, answer: &mut Answer) -> Result<(), Failure> {
    let mut text = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|cause| Failure::Broken(brief(&cause)))?;
        if let Some(data) = frame.data_ref() {
            answer.bytes += data.len() as u64;
            text.extend_from_slice(data);
        }
        if answer.bytes >= BYTES_MAX {
            answer.bytes = BYTES_MAX;
            answer.cut = true;
            break;
        }
    }
    let found = (TOP_NAVIGATION.iter()).find(|call| contains(&text, call.as_bytes()));
    answer.top_navigation = found.map(|call| (*call).to_owned());
    Ok(())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
