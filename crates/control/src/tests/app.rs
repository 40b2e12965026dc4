//! How the web application's files are served.

use super::{Platform, header, text};

const PAGE: &str = "<!doctype html>";

#[tokio::test]
async fn files_and_routes() {
    let platform = Platform::new("/media/").await;
    for (line, status, content_type, cache_control, body) in [
        ("GET /", 200, "text/html; charset=utf-8", "no-cache", PAGE),
        ("GET /index.html", 200, "text/html; charset=utf-8", "no-cache", PAGE),
        ("GET /watch/film-0a0a0a0a", 200, "text/html; charset=utf-8", "no-cache", PAGE),
        ("GET /watch/film?t=10.5", 200, "text/html; charset=utf-8", "no-cache", PAGE),
        ("GET /favicon.svg", 200, "image/svg+xml", "no-cache", "<svg/>"),
        ("GET /assets/main-3f2a.js", 200, "text/javascript", "public, max-age=31536000, immutable", "main()"),
        ("HEAD /assets/main-3f2a.js", 200, "text/javascript", "public, max-age=31536000, immutable", ""),
        ("GET /assets/main-0000.js", 404, "text/plain; charset=utf-8", "no-store", "there is no such page\n"),
        ("GET /../Cargo.toml", 404, "text/plain; charset=utf-8", "no-store", "there is no such page\n"),
    ] {
        let response = platform.answer(line, &[]).await;
        let found = (
            response.status().as_u16(),
            header(&response, "content-type"),
            header(&response, "cache-control"),
        );
        assert_eq!(found, (status, content_type, cache_control), "{line}");
        assert_eq!(text(response).await, body, "{line}");
    }
    assert_eq!(platform.answer("POST /", &[]).await.status(), 405);
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let platform = Platform::new("/media/").await;
    let first = platform.answer("GET /", &[]).await;
    let tag = header(&first, "etag").to_owned();
    assert_eq!(tag.len(), 18, "{tag}");
    let again = platform.answer("GET /", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()));
    assert_eq!(text(again).await, "");
    let other = platform.answer("GET /favicon.svg", &[("if-none-match", &tag)]).await;
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn pages_have_only_the_rights_they_need() {
    for (media_urls, edge) in [
        ("/media/", ""),
        ("https://edge.example/media/", " https://edge.example"),
        ("https://a.example/m/,/media/,http://b:1/m", " https://a.example http://b:1"),
    ] {
        let platform = Platform::new(media_urls).await;
        for line in ["GET /", "GET /missing.js"] {
            let response = platform.answer(line, &[]).await;
            let policy = header(&response, "content-security-policy");
            for rule in [
                "default-src 'none'".to_owned(),
                "script-src 'self'".to_owned(),
                format!("connect-src 'self'{edge}"),
                format!("img-src 'self' data:{edge}"),
                format!("media-src 'self' blob:{edge}"),
                "frame-ancestors 'none'".to_owned(),
            ] {
                assert!(policy.split("; ").any(|found| found == rule), "{rule} in {policy}");
            }
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header(&response, "referrer-policy"), "same-origin");
        }
    }
}
