/*
 * container.c - a table of keys: which file, which path of keys, what it
 * fills.  Formats: moby container/container.go, HostConfig of the Engine API,
 * OCI runtime-spec config.md, containers/storage containers.go, libcontainer
 * State, the Pod of the Kubernetes API.
 */
#include "container.h"

#include <stddef.h>

#include "../util/timefmt.h"
#include "tree.h"

#define BIT(f) (1u << CONTAINER_##f)
#define AT(field) offsetof(struct container, field)

enum op {
	OP_TEXT,
	OP_ADD, /* to a list */
	OP_TRUE,
	OP_TIME,
	OP_IS_HOST, /* true when the text is `host' */
	OP_KEY,     /* the key itself to a list: "80/tcp" */
	OP_ENV,
	OP_LABEL,
	OP_SOURCE, /* of a mount; with OP_TARGET a bind */
	OP_TARGET,
	OP_WRITABLE,
	OP_OPTION,
	OP_NAME, /* without a leading slash */
	OP_NAMESPACE,
	OP_BOUNDING,
	OP_MASKED,
	OP_SECCOMP,
	OP_META /* JSON in a string of JSON */
};

static const struct want {
	unsigned files;
	const char *path;
	enum op op;
	size_t at;
} wants[] = {
	/* Docker */
	{ BIT(DOCKER), "ID", OP_TEXT, AT(id) },
	{ BIT(DOCKER), "Name", OP_NAME, AT(name) },
	{ BIT(DOCKER), "Created", OP_TIME, AT(created_ns) },
	{ BIT(DOCKER), "Path", OP_ADD, AT(args) },
	{ BIT(DOCKER), "Args/[]", OP_ADD, AT(args) },
	{ BIT(DOCKER), "Config/Image", OP_TEXT, AT(image) },
	{ BIT(DOCKER), "Config/User", OP_TEXT, AT(user) },
	{ BIT(DOCKER), "Config/Env/[]", OP_ENV, AT(env) },
	{ BIT(DOCKER), "Config/Labels/*", OP_LABEL, 0 },
	{ BIT(DOCKER), "State/Running", OP_TRUE, AT(running) },
	{ BIT(DOCKER), "State/Paused", OP_TRUE, AT(paused) },
	{ BIT(DOCKER), "State/StartedAt", OP_TIME, AT(started_ns) },
	{ BIT(DOCKER), "State/FinishedAt", OP_TIME, AT(finished_ns) },
	{ BIT(DOCKER), "MountPoints/*/Source", OP_SOURCE, 0 },
	{ BIT(DOCKER), "MountPoints/*/Destination", OP_TARGET, 0 },
	{ BIT(DOCKER), "MountPoints/*/RW", OP_WRITABLE, 0 },
	{ BIT(HOST), "Binds/[]", OP_ADD, AT(binds) },
	{ BIT(HOST), "Mounts/[]/Source", OP_SOURCE, 0 },
	{ BIT(HOST), "Mounts/[]/Target", OP_TARGET, 0 },
	{ BIT(HOST), "NetworkMode", OP_IS_HOST, AT(host_net) },
	{ BIT(HOST), "PidMode", OP_IS_HOST, AT(host_pid) },
	{ BIT(HOST), "IpcMode", OP_IS_HOST, AT(host_ipc) },
	{ BIT(HOST), "UsernsMode", OP_IS_HOST, AT(host_user) },
	{ BIT(HOST), "Privileged", OP_TRUE, AT(privileged) },
	{ BIT(HOST), "CapAdd/[]", OP_ADD, AT(cap_add) },
	{ BIT(HOST), "SecurityOpt/[]", OP_ADD, AT(security) },
	{ BIT(HOST), "Devices/[]/PathOnHost", OP_ADD, AT(devices) },
	{ BIT(HOST), "PortBindings/*/[]/HostPort", OP_KEY, AT(ports) },
	{ BIT(HOST), "RestartPolicy/Name", OP_TEXT, AT(restart) },
	/* OCI */
	{ BIT(OCI), "process/args/[]", OP_ADD, AT(args) },
	{ BIT(OCI), "process/env/[]", OP_ENV, AT(env) },
	{ BIT(OCI), "process/user/uid", OP_TEXT, AT(user) },
	{ BIT(OCI), "process/apparmorProfile", OP_ADD, AT(security) },
	{ BIT(OCI), "process/capabilities/bounding/[]", OP_BOUNDING, 0 },
	{ BIT(OCI), "mounts/[]/destination", OP_TARGET, 0 },
	{ BIT(OCI), "mounts/[]/source", OP_SOURCE, 0 },
	{ BIT(OCI), "mounts/[]/options/[]", OP_OPTION, 0 },
	{ BIT(OCI), "linux/namespaces/[]/type", OP_NAMESPACE, 0 },
	{ BIT(OCI), "linux/maskedPaths/[]", OP_MASKED, 0 },
	{ BIT(OCI), "linux/seccomp/defaultAction", OP_SECCOMP, 0 },
	{ BIT(OCI), "annotations/io.kubernetes.cri.container-name", OP_TEXT,
	  AT(name) },
	{ BIT(OCI), "annotations/io.kubernetes.container.name", OP_TEXT,
	  AT(name) },
	{ BIT(OCI), "annotations/io.kubernetes.cri.image-name", OP_TEXT,
	  AT(image) },
	{ BIT(OCI), "annotations/io.kubernetes.cri-o.ImageName", OP_TEXT,
	  AT(image) },
	{ BIT(OCI), "annotations/io.kubernetes.cri.sandbox-name", OP_TEXT,
	  AT(pod) },
	{ BIT(OCI), "annotations/io.kubernetes.pod.name", OP_TEXT, AT(pod) },
	{ BIT(OCI), "annotations/io.kubernetes.cri.sandbox-namespace", OP_TEXT,
	  AT(pod_namespace) },
	{ BIT(OCI), "annotations/io.kubernetes.pod.namespace", OP_TEXT,
	  AT(pod_namespace) },
	{ BIT(OCI), "annotations/io.kubernetes.cri-o.Created", OP_TIME,
	  AT(created_ns) },
	{ BIT(OCI), "annotations/*", OP_LABEL, 0 },
	/* containers/storage */
	{ BIT(STORAGE), "[]/id", OP_TEXT, AT(id) },
	{ BIT(STORAGE), "[]/names/[]", OP_NAME, AT(name) },
	{ BIT(STORAGE), "[]/image", OP_TEXT, AT(image) },
	{ BIT(STORAGE), "[]/layer", OP_TEXT, AT(layer) },
	{ BIT(STORAGE), "[]/created", OP_TIME, AT(created_ns) },
	{ BIT(STORAGE), "[]/metadata", OP_META, 0 },
	/* libcontainer, crun */
	{ BIT(RUNC), "id", OP_TEXT, AT(id) },
	{ BIT(RUNC), "created", OP_TIME, AT(started_ns) },
	{ BIT(CRUN), "created", OP_TIME, AT(started_ns) },
	{ BIT(POD), "kind", OP_TEXT, AT(kind) },
	{ BIT(POD), "metadata/name", OP_TEXT, AT(pod) },
	{ BIT(POD), "metadata/namespace", OP_TEXT, AT(pod_namespace) },
	{ BIT(POD), "spec/hostPID", OP_TRUE, AT(host_pid) },
	{ BIT(POD), "spec/hostNetwork", OP_TRUE, AT(host_net) },
	{ BIT(POD), "spec/hostIPC", OP_TRUE, AT(host_ipc) },
	{ BIT(POD), "spec/restartPolicy", OP_TEXT, AT(restart) },
	{ BIT(POD), "spec/volumes/[]/hostPath/path", OP_ADD, AT(binds) },
	{ BIT(POD), "spec/containers/[]/name", OP_TEXT, AT(name) },
	{ BIT(POD), "spec/*/[]/image", OP_TEXT, AT(image) },
	{ BIT(POD), "spec/*/[]/command/[]", OP_ADD, AT(args) },
	{ BIT(POD), "spec/*/[]/args/[]", OP_ADD, AT(args) },
	{ BIT(POD), "spec/*/[]/securityContext/privileged", OP_TRUE,
	  AT(privileged) },
	{ BIT(POD), "spec/*/[]/securityContext/capabilities/add/[]", OP_ADD,
	  AT(cap_add) },
};

/* What a container gets unasked (Docker, Podman, containerd). */
static const char *const usual_caps[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_FSETID",
	"CAP_FOWNER",
	"CAP_MKNOD",
	"CAP_NET_RAW",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETFCAP",
	"CAP_SETPCAP",
	"CAP_NET_BIND_SERVICE",
	"CAP_SYS_CHROOT",
	"CAP_KILL",
	"CAP_AUDIT_WRITE",
};

struct reading {
	enum container_file file;
	struct container *c;
	struct arena *arena;
	struct str source, target; /* of the mount at hand */
	bool read_only;
	bool pid, net, ipc, masked, seccomp, rawio;
	bool (*one)(void *, struct container *);
	void *arg;
	bool stop;
};

static void add(struct container_list *l, struct str s)
{
	if (s.n == 0)
		return;
	if (l->n < CONTAINER_LIST_MAX)
		l->s[l->n++] = s;
	else
		l->more++;
}

static int64_t time_of(struct str s)
{
	unsigned digits;
	int32_t offset;
	int64_t ns;
	bool zone;

	/* Go's zero time is the year 1 */
	if (str_starts(s, STR("0001-")) ||
	    ts_parse_iso(s, &ns, &digits, &zone, &offset) == 0 || ns <= 0)
		return INT64_MIN;
	return ns;
}

/* A mount is over: a bind when its source is a path. */
static void pair(struct reading *r)
{
	const struct container_list *l = &r->c->binds;
	bool bind = r->source.n && r->target.n && r->source.p[0] == '/';
	struct str b = STR_NONE;

	if (bind)
		b = arena_fmt(r->arena, STR_FMT ":" STR_FMT, STR_ARG(r->source),
			      STR_ARG(r->target));
	/* Docker says it in both its files */
	for (size_t i = 0; bind && i < l->n; i++)
		bind = !str_starts(l->s[i], b) ||
		       (l->s[i].n > b.n && l->s[i].p[b.n] != ':');
	if (bind && r->read_only)
		b = arena_fmt(r->arena, STR_FMT ":ro", STR_ARG(b));
	if (bind)
		add(&r->c->binds, b);
	r->source = r->target = STR_NONE;
	r->read_only = false;
}

/* Names only; of what the loader reads, the value too. */
static struct str env_of(struct str s)
{
	if (str_starts(s, STR("LD_")))
		return s;
	return str_head(s, str_chr(s, '='));
}

static void bounding(struct reading *r, struct str cap)
{
	for (size_t i = 0; i < sizeof(usual_caps) / sizeof(*usual_caps); i++)
		if (str_is(cap, usual_caps[i]))
			return;
	r->rawio |= str_is(cap, "CAP_SYS_RAWIO");
	add(&r->c->cap_add, cap);
}

static void meta(struct reading *r, struct str text)
{
	static const struct {
		const char *key;
		size_t at;
	} keys[] = {
		{ "\"image-name\":\"", AT(image) },
		{ "\"pod-name\":\"", AT(pod) },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct str key = str_of(keys[i].key), v;
		size_t at = str_find(text, key);

		if (at == (size_t)-1)
			continue;
		v = str_skip(text, at + key.n);
		v = str_head(v, str_chr(v, '"'));
		if (v.n)
			memcpy((char *)r->c + keys[i].at, &v, sizeof(v));
	}
}

static void apply(struct reading *r, const struct want *w,
		  const struct tree_at *at, enum tree_type t, struct str text)
{
	char *p = (char *)r->c + w->at;
	int64_t ns;

	switch (w->op) {
	case OP_NAME:
		if (text.n && text.p[0] == '/')
			text = str_skip(text, 1);
		/* fall through */
	case OP_TEXT:
		if (text.n)
			memcpy(p, &text, sizeof(text));
		break;
	case OP_ADD:
		add((struct container_list *)(void *)p, text);
		break;
	case OP_TRUE:
		*(bool *)p |= t == TREE_TRUE;
		break;
	case OP_IS_HOST:
		*(bool *)p |= str_is(text, "host");
		break;
	case OP_TIME:
		ns = time_of(text);
		memcpy(p, &ns, sizeof(ns));
		break;
	case OP_KEY:
		add((struct container_list *)(void *)p,
		    arena_fmt(r->arena, STR_FMT ":" STR_FMT, STR_ARG(text),
			      STR_ARG(at->key[1])));
		break;
	case OP_ENV:
		add(&r->c->env, env_of(text));
		break;
	case OP_LABEL:
		if (r->c->label.n < CONTAINER_LIST_MAX && text.n) {
			add(&r->c->label, at->key[at->depth - 1]);
			r->c->value.s[r->c->value.n++] = text;
		}
		break;
	case OP_SOURCE:
		r->source = text;
		break;
	case OP_TARGET:
		r->target = text;
		break;
	case OP_WRITABLE:
		r->read_only |= t == TREE_FALSE;
		break;
	case OP_OPTION:
		r->read_only |= str_is(text, "ro");
		break;
	case OP_NAMESPACE:
		r->pid |= str_is(text, "pid");
		r->net |= str_is(text, "network");
		r->ipc |= str_is(text, "ipc");
		break;
	case OP_BOUNDING:
		bounding(r, text);
		break;
	case OP_MASKED:
		r->masked = true;
		break;
	case OP_SECCOMP:
		r->seccomp = true;
		break;
	case OP_META:
		meta(r, text);
		break;
	}
}

/* An OCI configuration says by what it leaves out. */
static void finish_oci(struct reading *r)
{
	struct container *c = r->c;

	c->host_pid = !r->pid;
	c->host_net = !r->net;
	c->host_ipc = !r->ipc;
	c->privileged = r->rawio && !r->masked;
	if (!r->seccomp)
		add(&c->security, STR("seccomp=unconfined"));
}

static void finish(struct reading *r)
{
	struct container *c = r->c;

	if (r->file == CONTAINER_OCI)
		finish_oci(r);
	if (r->file == CONTAINER_DOCKER)
		c->state = c->paused    ? STR("paused")
			   : c->running ? STR("running")
					: STR("exited");
	if (r->one && !r->one(r->arg, c))
		r->stop = true;
	if (r->file == CONTAINER_STORAGE || r->file == CONTAINER_POD)
		container_init(c);
}

static void visit(void *arg, const struct tree_at *at, enum tree_type t,
		  struct str text)
{
	struct reading *r = arg;

	if (r->stop)
		return;
	if (t == TREE_END) {
		pair(r);
		if (at->depth == 0
			    ? r->file != CONTAINER_STORAGE
			    : r->file == CONTAINER_STORAGE && tree_is(at, "[]"))
			finish(r);
		return;
	}
	for (size_t i = 0; i < sizeof(wants) / sizeof(*wants); i++)
		if (wants[i].files >> r->file & 1 &&
		    tree_is(at, wants[i].path)) {
			apply(r, &wants[i], at, t, text);
			return;
		}
}

void container_init(struct container *c)
{
	*c = (struct container){ .created_ns = INT64_MIN,
				 .started_ns = INT64_MIN,
				 .finished_ns = INT64_MIN };
}

bool container_read(enum container_file file, struct str text, struct arena *a,
		    struct container *c,
		    bool (*one)(void *, struct container *), void *arg)
{
	struct reading r = {
		.file = file, .c = c, .arena = a, .one = one, .arg = arg
	};

	text = str_head(text, CONTAINER_TEXT_MAX);
	if (file == CONTAINER_LXC || file == CONTAINER_NSPAWN) {
		container_ini(file, text, a, c);
		finish(&r);
		return true;
	}
	if (file == CONTAINER_POD && !str_starts(str_trim(text), STR("{")))
		return tree_yaml(text, a, visit, &r);
	return tree_json(text, a, visit, &r);
}
