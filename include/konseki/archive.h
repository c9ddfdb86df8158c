/*
 * konseki/archive.h - names and rows of the archive (konseki-archive(5)).
 *
 * konseki.json, first member, one JSON object:
 *   format 1, tool, version, self_sha256, argv [..],
 *   host { hostname, machine_id, dmi_uuid, root_fs_uuid, boot_id, os_id,
 *          os_name, os_version, kernel, architecture },
 *   clock { realtime_ns, boottime_ns, reference }, zone { name, offset_s },
 *   options { hash, secrets, … }, root (bool: a dead system), uid, pid,
 *   parents [pid..], session, case, examiner, note
 *
 * live/<stream>.0000.jsonl ...  one flat object a line; keys are the names of
 *   events (konseki-events(5)) with dots: "process.pid": 4711.  Times are
 *   integer nanoseconds since 1970 UTC.  Bytes that are not UTF-8: see
 *   `<key>_b64'.  Streams and what they hold beside such keys:
 *     processes  "sockets":[inode..], "fds":["0 /dev/null", ..],
 *                "maps":["/path" ..] (executable, file-backed, distinct),
 *                "image":"recovered/<pid>-<start>/exe" when it was recovered
 *                "cut":["cmdline" ..] lists that are not whole in the row
 *     sockets    one socket: network.transport, konseki.socket.*, source.*,
 *                destination.*, user.id
 *     cross      what one view of the kernel keeps quiet (konseki.cross.*):
 *                a process, a listener, a port, code in memory
 *     mapped     a file that code is executed from, or one in a process that
 *                nothing there names (konseki.library.unlinked)
 *     neighbours, routes, interfaces, sessions, modules, kernel, namespaces,
 *     mounts, conntrack, policy, filters, firewall, wireguard, bpf, tracing,
 *     hardware   rows of their own keys
 *   live/proc/<pid>-<start>/{stat,status,cmdline,maps,limits,io}  as the
 *   kernel gave
 *   them; code-<address> a page of code that is not what its file has
 *   (environ too with --secrets full); live/kmsg.txt the ring buffer;
 *   live/proc/<name>, live/net/<netns>/<name>, live/tracing/<name>,
 *   live/sys/<name> texts of the kernel; live/bpf/program-<id>.bin eBPF
 *
 * state/files.0000.jsonl ...  one file system object a line, compact:
 *   p path (p_b64 too when not UTF-8)   t type: f d l b c p s
 *   m mode & 07777   u uid   g gid   s size   n links   i inode
 *   d "major:minor"  M A C B  mtime atime ctime birth time in ns (B absent
 *   where the file system has none)   l link target   x {"name":"base64"}
 *   xattrs   f ["immutable"..] attributes   k kind by content: elf pe script
 *   mime   h SHA-256   h5 MD5, h1 SHA-1, h512 SHA-512, as far as the
 *   package system measures this file by them
 *   skip: why a directory was not entered
 *   r "major:minor" of a device file   t "?" with skip "timeout": only the
 *   name is known, what lies there does not answer
 *   x is there for directories, programs (an x or set-id bit) and files in
 *   places that anybody may write; with --hash all for every file
 *
 * state/roots.0000.jsonl ...  the same for files that only another mount
 *   namespace shows, with o, the inode of that namespace, and
 *   private when the host has its file system mounted nowhere; contents are
 *   roots/<o>/<path>
 *
 * state/secrets.0000.jsonl ...  facts that stand in for secrets: path, kind
 *   shadow { user, state locked | empty | set | damaged, algorithm,
 *   last_change_day } or private_key { format, key_type, encrypted,
 *   fingerprint }
 *
 * status/0000.jsonl ...  { probe, item, status, count, bytes, errno, error,
 *   duration_ns, core (group, when the source is core) }
 *   status: collected absent denied timeout truncated skipped vanished failed
 *
 * seal/0000.jsonl ...  { member, header_sha256, extents, size, sha256,
 *   short_at } per member since the last checkpoint, then
 *   { seal: n, chain, state: open | complete | interrupted, … clocks }
 */
#ifndef KONSEKI_ARCHIVE_H
#define KONSEKI_ARCHIVE_H

#define KONSEKI_ARCHIVE_FORMAT 1
#define KONSEKI_SUFFIX ".tar.zst"
#define KONSEKI_SEALED ".age"    /* behind it: sealed for a public key */
#define KONSEKI_PART (64u << 20) /* data bytes of one member of a file */
#define KONSEKI_MANIFEST "konseki.json"
#define KONSEKI_LIVE "live/"
#define KONSEKI_STATE "state/"
#define KONSEKI_STATUS "status/"
#define KONSEKI_SEAL "seal/"
#define KONSEKI_FILES "files/"
#define KONSEKI_ROOTS "roots/"
#define KONSEKI_RECOVERED "recovered/"
#define KONSEKI_MEMORY "memory/"
#define KONSEKI_STREAM_MAX (8u << 20) /* bytes of one .jsonl member */

#endif
