//! `wasi:http/types.error-code`: what went wrong with a request or a response, as the standard has it.

use wasmtime::component::{ComponentType, Lift, Lower};

use crate::front::errors::Error;
use crate::front::web;

#[derive(ComponentType, Lift, Lower, Clone, Debug)]
#[component(record)]
pub struct DnsError {
    rcode: Option<String>,
    #[component(name = "info-code")]
    info_code: Option<u16>,
}

#[derive(ComponentType, Lift, Lower, Clone, Debug)]
#[component(record)]
pub struct TlsAlert {
    #[component(name = "alert-id")]
    id: Option<u8>,
    #[component(name = "alert-message")]
    message: Option<String>,
}

#[derive(ComponentType, Lift, Lower, Clone, Debug)]
#[component(record)]
pub struct FieldSize {
    #[component(name = "field-name")]
    name: Option<String>,
    #[component(name = "field-size")]
    size: Option<u32>,
}

macro_rules! codes {
    ($($name:literal => $case:ident $(($payload:ty))?),* $(,)?) => {
        #[derive(ComponentType, Lift, Lower, Clone, Debug)]
        #[component(variant)]
        pub enum ErrorCode {
            $(#[component(name = $name)] $case $(($payload))?),*
        }

        impl ErrorCode {
            /// The case's name in WIT.
            pub fn name(&self) -> &'static str {
                match self {
                    $(ErrorCode::$case { .. } => $name),*
                }
            }
        }
    };
}

codes! {
    "DNS-timeout" => DnsTimeout,
    "DNS-error" => DnsError(DnsError),
    "destination-not-found" => DestinationNotFound,
    "destination-unavailable" => DestinationUnavailable,
    "destination-IP-prohibited" => DestinationIpProhibited,
    "destination-IP-unroutable" => DestinationIpUnroutable,
    "connection-refused" => ConnectionRefused,
    "connection-terminated" => ConnectionTerminated,
    "connection-timeout" => ConnectionTimeout,
    "connection-read-timeout" => ConnectionReadTimeout,
    "connection-write-timeout" => ConnectionWriteTimeout,
    "connection-limit-reached" => ConnectionLimitReached,
    "TLS-protocol-error" => TlsProtocolError,
    "TLS-certificate-error" => TlsCertificateError,
    "TLS-alert-received" => TlsAlertReceived(TlsAlert),
    "HTTP-request-denied" => HttpRequestDenied,
    "HTTP-request-length-required" => HttpRequestLengthRequired,
    "HTTP-request-body-size" => HttpRequestBodySize(Option<u64>),
    "HTTP-request-method-invalid" => HttpRequestMethodInvalid,
    "HTTP-request-URI-invalid" => HttpRequestUriInvalid,
    "HTTP-request-URI-too-long" => HttpRequestUriTooLong,
    "HTTP-request-header-section-size" => HttpRequestHeaderSectionSize(Option<u32>),
    "HTTP-request-header-size" => HttpRequestHeaderSize(Option<FieldSize>),
    "HTTP-request-trailer-section-size" => HttpRequestTrailerSectionSize(Option<u32>),
    "HTTP-request-trailer-size" => HttpRequestTrailerSize(FieldSize),
    "HTTP-response-incomplete" => HttpResponseIncomplete,
    "HTTP-response-header-section-size" => HttpResponseHeaderSectionSize(Option<u32>),
    "HTTP-response-header-size" => HttpResponseHeaderSize(FieldSize),
    "HTTP-response-body-size" => HttpResponseBodySize(Option<u64>),
    "HTTP-response-trailer-section-size" => HttpResponseTrailerSectionSize(Option<u32>),
    "HTTP-response-trailer-size" => HttpResponseTrailerSize(FieldSize),
    "HTTP-response-transfer-coding" => HttpResponseTransferCoding(Option<String>),
    "HTTP-response-content-coding" => HttpResponseContentCoding(Option<String>),
    "HTTP-response-timeout" => HttpResponseTimeout,
    "HTTP-upgrade-failed" => HttpUpgradeFailed,
    "HTTP-protocol-error" => HttpProtocolError,
    "loop-detected" => LoopDetected,
    "configuration-error" => ConfigurationError,
    "internal-error" => InternalError(Option<String>),
}

impl ErrorCode {
    /// What the host could not do for a request to an upstream.
    pub fn of(error: &Error) -> ErrorCode {
        match error {
            Error::PermissionDenied(_) => ErrorCode::HttpRequestDenied,
            Error::Timeout(_) => ErrorCode::ConnectionReadTimeout,
            Error::Unavailable(text) if text.contains("can't be reached") => ErrorCode::ConnectionRefused,
            Error::Unavailable(text) if text.contains("can't be resolved") => ErrorCode::DestinationNotFound,
            Error::Unavailable(text) if text.contains("TLS") => ErrorCode::TlsCertificateError,
            Error::Unavailable(_) => ErrorCode::ConnectionTerminated,
            Error::LimitExceeded(text) if text.starts_with("response-body") => ErrorCode::HttpResponseBodySize(None),
            Error::LimitExceeded(text) if text.contains("max=") => ErrorCode::ConnectionLimitReached,
            error => ErrorCode::InternalError(Some(format!("{}: {}", error.case(), error.text()))),
        }
    }

    /// What a function's caller gets where the function answers with this.
    pub fn into_answer(self) -> web::Error {
        let text = format!("wasi:http error {}", self.name());
        match self {
            ErrorCode::HttpRequestDenied => web::Error::PermissionDenied(text),
            ErrorCode::DestinationNotFound => web::Error::NotFound(text),
            ErrorCode::HttpRequestLengthRequired
            | ErrorCode::HttpRequestMethodInvalid
            | ErrorCode::HttpRequestUriInvalid => web::Error::Invalid(text),
            ErrorCode::HttpRequestBodySize(_)
            | ErrorCode::HttpRequestUriTooLong
            | ErrorCode::HttpRequestHeaderSectionSize(_)
            | ErrorCode::HttpRequestHeaderSize(_)
            | ErrorCode::HttpRequestTrailerSectionSize(_)
            | ErrorCode::HttpRequestTrailerSize(_) => web::Error::LimitExceeded(text),
            ErrorCode::DnsTimeout
            | ErrorCode::DnsError(_)
            | ErrorCode::DestinationUnavailable
            | ErrorCode::ConnectionRefused
            | ErrorCode::ConnectionTerminated
            | ErrorCode::ConnectionTimeout
            | ErrorCode::ConnectionReadTimeout
            | ErrorCode::ConnectionWriteTimeout
            | ErrorCode::ConnectionLimitReached
            | ErrorCode::HttpResponseTimeout => web::Error::Unavailable(text),
            ErrorCode::InternalError(Some(reason)) => web::Error::Internal(format!("{text}: {reason}")),
            _ => web::Error::Internal(text),
        }
    }
}
