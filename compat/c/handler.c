// A function for wasi:http in C, on what wit-bindgen makes of the interfaces.

#include "handler.h"

#include <stdlib.h>
#include <string.h>

#define UTF_8 "text/plain; charset=utf-8"

typedef exports_wasi_http_incoming_handler_own_incoming_request_t request_t;
typedef exports_wasi_http_incoming_handler_own_response_outparam_t out_t;

// A response that has begun.
typedef struct {
  wasi_http_types_own_outgoing_body_t body;
  wasi_io_streams_own_output_stream_t stream;
} response_t;

static void must(bool done) {
  if (!done)
    abort();
}

static void set(wasi_http_types_own_fields_t headers, char *name, const char *value, size_t length) {
  handler_string_t key = {(uint8_t *)name, strlen(name)};
  wasi_http_types_field_value_t bytes = {(uint8_t *)value, length};
  wasi_http_types_header_error_t error;
  must(wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(headers), &key, &bytes, &error));
}

static response_t begin(out_t out, uint16_t status, wasi_http_types_own_fields_t headers) {
  wasi_http_types_result_own_outgoing_response_error_code_t result = {.is_err = false};
  result.val.ok = wasi_http_types_constructor_outgoing_response(headers);
  wasi_http_types_borrow_outgoing_response_t head = wasi_http_types_borrow_outgoing_response(result.val.ok);
  response_t response;
  must(wasi_http_types_method_outgoing_response_set_status_code(head, status));
  must(wasi_http_types_method_outgoing_response_body(head, &response.body));
  must(wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(response.body),
                                                  &response.stream));
  wasi_http_types_static_response_outparam_set(out, &result);
  return response;
}

static void send(response_t response, const void *from, size_t length) {
  const size_t most = 4096; // A call takes no more.
  for (size_t at = 0; at < length; at += most) {
    handler_list_u8_t piece = {(uint8_t *)from + at, length - at < most ? length - at : most};
    wasi_io_streams_stream_error_t error;
    must(wasi_io_streams_method_output_stream_blocking_write_and_flush(
        wasi_io_streams_borrow_output_stream(response.stream), &piece, &error));
  }
}

static void finish(response_t response) {
  wasi_http_types_error_code_t error;
  wasi_io_streams_output_stream_drop_own(response.stream);
  must(wasi_http_types_static_outgoing_body_finish(response.body, NULL, &error));
}

static void text(out_t out, uint16_t status, wasi_http_types_own_fields_t headers, const char *body) {
  set(headers, "content-type", UTF_8, strlen(UTF_8));
  response_t response = begin(out, status, headers);
  send(response, body, strlen(body));
  finish(response);
}

static void greet(out_t out, const char *query) {
  wasi_http_types_own_fields_t headers = wasi_http_types_constructor_fields();
  const char *name = query != NULL && strncmp(query, "name=", 5) == 0 ? query + 5 : "nobody";
  set(headers, "x-name", name, strlen(name));
  text(out, 200, headers, "Grüße aus C\n");
}

static void echo(request_t request, out_t out) {
  wasi_http_types_borrow_incoming_request_t head = wasi_http_types_borrow_incoming_request(request);
  handler_string_t name = {(uint8_t *)"content-type", 12};
  wasi_http_types_list_field_value_t types;
  wasi_http_types_method_fields_get(
      wasi_http_types_borrow_fields(wasi_http_types_method_incoming_request_headers(head)), &name, &types);
  wasi_http_types_own_fields_t headers = wasi_http_types_constructor_fields();
  if (types.len > 0)
    set(headers, "content-type", (char *)types.ptr[0].ptr, types.ptr[0].len);
  response_t response = begin(out, 200, headers);
  wasi_http_types_own_incoming_body_t body;
  wasi_io_streams_own_input_stream_t stream;
  must(wasi_http_types_method_incoming_request_consume(head, &body));
  must(wasi_http_types_method_incoming_body_stream(wasi_http_types_borrow_incoming_body(body), &stream));
  handler_list_u8_t piece;
  wasi_io_streams_stream_error_t closed;
  while (wasi_io_streams_method_input_stream_blocking_read(wasi_io_streams_borrow_input_stream(stream), 65536,
                                                           &piece, &closed)) {
    send(response, piece.ptr, piece.len);
    handler_list_u8_free(&piece);
  }
  finish(response);
}

void exports_wasi_http_incoming_handler_handle(request_t request, out_t out) {
  handler_string_t address;
  must(wasi_http_types_method_incoming_request_path_with_query(wasi_http_types_borrow_incoming_request(request),
                                                               &address));
  char *path = strndup((char *)address.ptr, address.len);
  char *query = strchr(path, '?');
  if (query != NULL)
    *query++ = '\0';
  if (strcmp(path, "/") == 0)
    greet(out, query);
  else if (strcmp(path, "/echo") == 0)
    echo(request, out);
  else
    text(out, 404, wasi_http_types_constructor_fields(), "nothing here\n");
}
