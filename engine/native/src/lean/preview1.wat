;; WASI preview 1 on WASI 0.2 for what the Go toolchain builds: the fields of a module. See lean.rs.

(import "env" "memory" (memory 0))
(import "wasi:cli/environment@0.2.0" "get-environment" (func $get_environment (param i32)))
(import "wasi:cli/environment@0.2.0" "get-arguments" (func $get_arguments (param i32)))
(import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))
(import "wasi:cli/stdin@0.2.0" "get-stdin" (func $get_stdin (result i32)))
(import "wasi:cli/stdout@0.2.0" "get-stdout" (func $get_stdout (result i32)))
(import "wasi:cli/stderr@0.2.0" "get-stderr" (func $get_stderr (result i32)))
(import "wasi:io/streams@0.2.0" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
(import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_output (param i32)))
(import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
(import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop_pollable (param i32)))
(import "wasi:clocks/monotonic-clock@0.2.0" "now" (func $monotonic_now (result i64)))
(import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $subscribe_duration (param i64) (result i32)))
(import "wasi:clocks/wall-clock@0.2.0" "now" (func $wall_now (param i32)))
(import "wasi:random/random@0.2.0" "get-random-bytes" (func $get_random_bytes (param i64 i32)))

;; All state there is. Standard input is asked for once; a handle is never 0.
(global $stdin (mut i32) (i32.const 0))
;; Whether the host may not be asked for the time, and what it said last, by the clock's number.
(global $paused (mut i32) (i32.const 0))
(global $wall_ns (mut i64) (i64.const 0))
(global $monotonic_ns (mut i64) (i64.const 0))
;; Where the next list that the host hands over goes.
(global $next (mut i32) (i32.const 0))

;; Where results of the host go: Go's linker leaves the bytes from 4096 to 12288 to the arguments of a browser's page.
(global $result i32 (i32.const 4096))
;; Error numbers of preview 1.
(global $badf i32 (i32.const 8))
(global $io i32 (i32.const 29))
(global $notsup i32 (i32.const 58))
(global $spipe i32 (i32.const 70))

;; Lists go to $next, one behind the other. Memory behind the end is added as needed.
(func $realloc (export "cabi_import_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and
    (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
    (i32.sub (i32.const 0) (local.get $align))))
  (global.set $next (i32.add (local.get $at) (local.get $size)))
  (block $fits
    (br_if $fits (i64.le_u (i64.extend_i32_u (global.get $next)) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))))
    (br_if $fits (i32.ne (i32.const -1) (memory.grow
      (i32.add (i32.const 2) (i32.shr_u (local.get $size) (i32.const 16))))))
    (unreachable))
  (local.get $at))

;; Lists that the program has no place for yet go behind all memory there is, where Go's runtime believes nothing to be. It takes that memory later
;; as the zeros that new memory is: hence $forget.
(func $behind (result i32)
  (global.set $next (i32.shl (memory.size) (i32.const 16)))
  (global.get $next))
(func $forget (param $from i32)
  (memory.fill (local.get $from) (i32.const 0) (i32.sub (global.get $next) (local.get $from))))

(func (export "proc_exit") (param $code i32)
  (call $exit (i32.ne (local.get $code) (i32.const 0)))
  (unreachable))

(func (export "sched_yield") (result i32) (i32.const 0))

;; A list of $count entries of $strings strings each at $from: how many bytes their text takes with an end behind each string.
(func $text_bytes (param $from i32) (param $strings i32) (result i32)
  (local $bytes i32)
  (block $end (loop $each
    (br_if $end (i32.eqz (local.get $strings)))
    (local.set $bytes (i32.add (local.get $bytes) (i32.add (i32.const 1) (i32.load offset=4 (local.get $from)))))
    (local.set $from (i32.add (local.get $from) (i32.const 8)))
    (local.set $strings (i32.sub (local.get $strings) (i32.const 1)))
    (br $each)))
  (local.get $bytes))

;; Copies a string and the byte behind it to $to. Returns the end.
(func $copy (param $string i32) (param $to i32) (param $behind i32) (result i32)
  (memory.copy (local.get $to) (i32.load (local.get $string)) (i32.load offset=4 (local.get $string)))
  (local.set $to (i32.add (local.get $to) (i32.load offset=4 (local.get $string))))
  (i32.store8 (local.get $to) (local.get $behind))
  (i32.add (local.get $to) (i32.const 1)))

(func (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
  (local $from i32)
  (local.set $from (call $behind))
  (call $get_environment (global.get $result))
  (i32.store (local.get $count) (i32.load offset=4 (global.get $result)))
  (i32.store (local.get $bytes) (call $text_bytes
    (i32.load (global.get $result))
    (i32.shl (i32.load offset=4 (global.get $result)) (i32.const 1))))
  (call $forget (local.get $from))
  (i32.const 0))

(func (export "environ_get") (param $pointers i32) (param $text i32) (result i32)
  (local $from i32) (local $entry i32) (local $left i32)
  (local.set $from (call $behind))
  (call $get_environment (global.get $result))
  (local.set $entry (i32.load (global.get $result)))
  (local.set $left (i32.load offset=4 (global.get $result)))
  (block $end (loop $each
    (br_if $end (i32.eqz (local.get $left)))
    (i32.store (local.get $pointers) (local.get $text))
    (local.set $text (call $copy (local.get $entry) (local.get $text) (i32.const 61))) ;; =
    (local.set $text (call $copy (i32.add (local.get $entry) (i32.const 8)) (local.get $text) (i32.const 0)))
    (local.set $pointers (i32.add (local.get $pointers) (i32.const 4)))
    (local.set $entry (i32.add (local.get $entry) (i32.const 16)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br $each)))
  (call $forget (local.get $from))
  (i32.const 0))

(func (export "args_sizes_get") (param $count i32) (param $bytes i32) (result i32)
  (local $from i32)
  (local.set $from (call $behind))
  (call $get_arguments (global.get $result))
  (i32.store (local.get $count) (i32.load offset=4 (global.get $result)))
  (i32.store (local.get $bytes) (call $text_bytes
    (i32.load (global.get $result))
    (i32.load offset=4 (global.get $result))))
  (call $forget (local.get $from))
  (i32.const 0))

(func (export "args_get") (param $pointers i32) (param $text i32) (result i32)
  (local $from i32) (local $entry i32) (local $left i32)
  (local.set $from (call $behind))
  (call $get_arguments (global.get $result))
  (local.set $entry (i32.load (global.get $result)))
  (local.set $left (i32.load offset=4 (global.get $result)))
  (block $end (loop $each
    (br_if $end (i32.eqz (local.get $left)))
    (i32.store (local.get $pointers) (local.get $text))
    (local.set $text (call $copy (local.get $entry) (local.get $text) (i32.const 0)))
    (local.set $pointers (i32.add (local.get $pointers) (i32.const 4)))
    (local.set $entry (i32.add (local.get $entry) (i32.const 8)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br $each)))
  (call $forget (local.get $from))
  (i32.const 0))

;; Within cabi_realloc a component may call nothing, but the garbage collector, which it may start, looks at the clocks. The standard adapter has the
;; same function for its monotonic clock.
(func (export "adapter_monotonic_clock_set_paused") (param $paused i32) (global.set $paused (local.get $paused)))

(func $wall (result i64)
  (if (i32.eqz (global.get $paused)) (then
    (call $wall_now (global.get $result))
    (global.set $wall_ns (i64.add
      (i64.mul (i64.load (global.get $result)) (i64.const 1000000000))
      (i64.extend_i32_u (i32.load offset=8 (global.get $result)))))))
  (global.get $wall_ns))

(func $monotonic (result i64)
  (if (i32.eqz (global.get $paused)) (then (global.set $monotonic_ns (call $monotonic_now))))
  (global.get $monotonic_ns))

(func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $time i32) (result i32)
  (if (i32.gt_u (local.get $clock) (i32.const 1)) (then (return (global.get $notsup))))
  (i64.store (local.get $time) (if (result i64) (local.get $clock) (then (call $monotonic)) (else (call $wall))))
  (i32.const 0))

(func (export "random_get") (param $to i32) (param $length i32) (result i32)
  (global.set $next (local.get $to))
  (call $get_random_bytes (i64.extend_i32_u (local.get $length)) (global.get $result))
  (i32.const 0))

;; What is ready at once is all that is reported: streams are, as reading and writing wait. Else the soonest clock is waited for, but not while clocks
;; are paused: whoever asked looks at the time again.
;; A subscription has 48 bytes, an event 32.
(func (export "poll_oneoff") (param $subscriptions i32) (param $events i32) (param $count i32) (param $ready i32) (result i32)
  (local $at i32) (local $left i32) (local $ns i64) (local $soonest i32) (local $soonest_ns i64) (local $pollable i32) (local $first i32)
  (local.set $first (local.get $events))
  (local.set $at (local.get $subscriptions))
  (local.set $left (local.get $count))
  (block $end (loop $each
    (br_if $end (i32.eqz (local.get $left)))
    (if (i32.load8_u offset=8 (local.get $at))
      (then
        (call $event (local.get $events) (local.get $at))
        (local.set $events (i32.add (local.get $events) (i32.const 32))))
      (else
        (local.set $ns (i64.load offset=24 (local.get $at)))
        (if (i32.and (i32.load16_u offset=40 (local.get $at)) (i32.const 1)) (then
          (local.set $ns (i64.sub (local.get $ns)
            (if (result i64) (i32.load offset=16 (local.get $at)) (then (call $monotonic)) (else (call $wall)))))
          (if (i64.lt_s (local.get $ns) (i64.const 0)) (then (local.set $ns (i64.const 0))))))
        (if (i32.or (i32.eqz (local.get $soonest)) (i64.lt_u (local.get $ns) (local.get $soonest_ns))) (then
          (local.set $soonest (local.get $at))
          (local.set $soonest_ns (local.get $ns))))))
    (local.set $at (i32.add (local.get $at) (i32.const 48)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br $each)))
  (if (i32.and (i32.eq (local.get $first) (local.get $events)) (i32.ne (local.get $soonest) (i32.const 0))) (then
    (if (i32.eqz (global.get $paused)) (then
      (local.set $pollable (call $subscribe_duration (local.get $soonest_ns)))
      (call $block (local.get $pollable))
      (call $drop_pollable (local.get $pollable))))
    (call $event (local.get $events) (local.get $soonest))
    (local.set $events (i32.add (local.get $events) (i32.const 32)))))
  (i32.store (local.get $ready) (i32.shr_u (i32.sub (local.get $events) (local.get $first)) (i32.const 5)))
  (i32.const 0))

(func $event (param $event i32) (param $subscription i32)
  (memory.fill (local.get $event) (i32.const 0) (i32.const 32))
  (i64.store (local.get $event) (i64.load (local.get $subscription)))
  (i32.store8 offset=10 (local.get $event) (i32.load8_u offset=8 (local.get $subscription))))

(func $is_standard (param $fd i32) (result i32)
  (i32.le_u (local.get $fd) (i32.const 2)))

;; Into the first place that has room. The list comes right there.
(func (export "fd_read") (param $fd i32) (param $places i32) (param $count i32) (param $bytes i32) (result i32)
  (if (local.get $fd) (then (return (global.get $badf))))
  (i32.store (local.get $bytes) (i32.const 0))
  (block $room
    (loop $each
      (if (i32.eqz (local.get $count)) (then (return (i32.const 0))))
      (br_if $room (i32.load offset=4 (local.get $places)))
      (local.set $places (i32.add (local.get $places) (i32.const 8)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $each)))
  (if (i32.eqz (global.get $stdin)) (then (global.set $stdin (call $get_stdin))))
  (global.set $next (i32.load (local.get $places)))
  (call $read (global.get $stdin) (i64.load32_u offset=4 (local.get $places)) (global.get $result))
  (if (i32.load8_u (global.get $result))
    (then
      ;; Closed is the end; the other case is a failure.
      (return (select (i32.const 0) (global.get $io) (i32.load8_u offset=4 (global.get $result))))))
  (i32.store (local.get $bytes) (i32.load offset=8 (global.get $result)))
  (i32.const 0))

;; A new handle for each write: one that is kept would be kept in a snapshot, and belong to nobody in a call that starts from there.
(func $output (param $fd i32) (result i32)
  (if (result i32) (i32.eq (local.get $fd) (i32.const 1)) (then (call $get_stdout)) (else (call $get_stderr))))

;; All of all pieces, 4096 bytes a call at most, as wasi:io has it.
(func (export "fd_write") (param $fd i32) (param $pieces i32) (param $count i32) (param $bytes i32) (result i32)
  (local $stream i32) (local $from i32) (local $left i32) (local $now i32)
  (if (i32.or (i32.eqz (local.get $fd)) (i32.eqz (call $is_standard (local.get $fd)))) (then (return (global.get $badf))))
  (local.set $stream (call $output (local.get $fd)))
  (i32.store (local.get $bytes) (i32.const 0))
  (block $end (loop $each
    (br_if $end (i32.eqz (local.get $count)))
    (local.set $from (i32.load (local.get $pieces)))
    (local.set $left (i32.load offset=4 (local.get $pieces)))
    (block $whole (loop $rest
      (br_if $whole (i32.eqz (local.get $left)))
      (local.set $now (select (local.get $left) (i32.const 4096) (i32.lt_u (local.get $left) (i32.const 4096))))
      (call $write (local.get $stream) (local.get $from) (local.get $now) (global.get $result))
      (if (i32.load8_u (global.get $result)) (then
        (call $drop_output (local.get $stream))
        (return (global.get $io))))
      (i32.store (local.get $bytes) (i32.add (i32.load (local.get $bytes)) (local.get $now)))
      (local.set $from (i32.add (local.get $from) (local.get $now)))
      (local.set $left (i32.sub (local.get $left) (local.get $now)))
      (br $rest)))
    (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    (br $each)))
  (call $drop_output (local.get $stream))
  (i32.const 0))

;; Standard streams are what terminals are, character devices, with all rights.
(func (export "fd_fdstat_get") (param $fd i32) (param $to i32) (result i32)
  (if (i32.eqz (call $is_standard (local.get $fd))) (then (return (global.get $badf))))
  (i64.store (local.get $to) (i64.const 2))
  (i64.store offset=8 (local.get $to) (i64.const -1))
  (i64.store offset=16 (local.get $to) (i64.const -1))
  (i32.const 0))
(func (export "fd_filestat_get") (param $fd i32) (param $to i32) (result i32)
  (if (i32.eqz (call $is_standard (local.get $fd))) (then (return (global.get $badf))))
  (memory.fill (local.get $to) (i32.const 0) (i32.const 64))
  (i32.store8 offset=16 (local.get $to) (i32.const 2))
  (i32.const 0))
(func $fine_if_standard (param $fd i32) (result i32)
  (select (i32.const 0) (global.get $badf) (call $is_standard (local.get $fd))))
(func (export "fd_close") (param $fd i32) (result i32) (call $fine_if_standard (local.get $fd)))
(func (export "fd_fdstat_set_flags") (param $fd i32) (param i32) (result i32) (call $fine_if_standard (local.get $fd)))
(func (export "fd_sync") (param $fd i32) (result i32) (call $fine_if_standard (local.get $fd)))
(func (export "fd_seek") (param $fd i32) (param i64 i32 i32) (result i32)
  (select (global.get $spipe) (global.get $badf) (call $is_standard (local.get $fd))))

;; There are no files and no sockets, so there is no folder that a path begins at.
(func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (global.get $badf))
(func (export "fd_filestat_set_size") (param i32 i64) (result i32) (global.get $badf))
(func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (global.get $badf))
(func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (global.get $badf))
(func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (global.get $badf))
(func (export "fd_prestat_get") (param i32 i32) (result i32) (global.get $badf))
(func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_create_directory") (param i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (global.get $badf))
(func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (global.get $badf))
(func (export "path_readlink") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_remove_directory") (param i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (global.get $badf))
(func (export "path_unlink_file") (param i32 i32 i32) (result i32) (global.get $badf))
(func (export "sock_accept") (param i32 i32 i32) (result i32) (global.get $badf))
(func (export "sock_shutdown") (param i32 i32) (result i32) (global.get $badf))
