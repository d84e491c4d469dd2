//! A program as a CGI server runs one: the request is in its environment and standard input, the response goes to standard output. `PATH_INFO` says
//! what it does:
//!
//! | | |
//! |---|---|
//! | `/echo` | answers with the request's body |
//! | `/environment` | with its arguments and variables, a line each |
//! | `/many?<n>` | with n lines of output, each written alone |
//! | `/missing` | with a status, `/elsewhere` with a location and no status |
//! | `/exit?<status>` | ends in the middle with that status |
//! | `/talk` | forgets the header lines; `/silent` writes nothing; `/endless` writes header lines until it is stopped |

use std::io::{Read as _, Write as _};

fn main() {
    let path = std::env::var("PATH_INFO").unwrap_or_default();
    let query = std::env::var("QUERY_STRING").unwrap_or_default();
    match path.as_str() {
        "/echo" => {
            let mut body = Vec::new();
            std::io::stdin()
                .read_to_end(&mut body)
                .expect("standard input can be read");
            println!("Content-Type: application/octet-stream\nX-Bytes: {}\n", body.len());
            std::io::stdout()
                .write_all(&body)
                .expect("standard output can be written");
        }
        "/environment" => {
            println!("Content-Type: text/plain\n");
            for argument in std::env::args() {
                println!("argument {argument}");
            }
            let mut variables: Vec<_> = std::env::vars().collect();
            variables.sort();
            for (name, value) in variables {
                println!("{name}={value}");
            }
        }
        "/many" => {
            println!("Content-Type: text/plain\n");
            for line in 0..query.parse().unwrap_or(0u32) {
                println!("{line}");
            }
        }
        "/missing" => print!("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnothing here\n"),
        "/elsewhere" => print!("Location: https://example.org/\n\n"),
        "/exit" => {
            println!("Content-Type: text/plain\n\nhalf");
            eprint!("about to exit");
            std::process::exit(query.parse().unwrap_or(0));
        }
        "/talk" => println!("Hello, world!"),
        "/endless" => loop {
            println!("X-Again: and again");
        },
        _ => {}
    }
}
