/*
 * container - containers as their runtimes keep them on disk (Docker, Podman,
 * CRI-O, containerd, runc, crun) and static pods of Kubernetes: a state each,
 * when it was made, started and ended, and what starts it again.
 */
#include "../host/container.h"
#include "autorun.h"
#include "stream.h"

static unsigned probe(const struct source *src)
{
	struct str id, text = str_trim(str_head(src->data, 64));

	if (text.n == 0)
		return CANNOT;
	switch (container_file(src->path, &id)) {
	case CONTAINER_NONE:
		return CANNOT;
	case CONTAINER_LXC:
	case CONTAINER_NSPAWN:
	case CONTAINER_POD:
		return text_looks(src->data) ? 16 : CANNOT;
	default:
		return text.p[0] == '{' || text.p[0] == '[' ? 24 : CANNOT;
	}
}

static void list(struct event *e, unsigned key, const struct container_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		ev_str(e, key, l->s[i]);
}

static void yes(struct event *e, unsigned key, bool v)
{
	if (v)
		ev_bool(e, key, true);
}

static void when(struct event *e, unsigned key, int64_t ts_ns)
{
	if (ts_ns != INT64_MIN)
		ev_time(e, key, ts_ns);
}

static struct str joined(struct parse *p, const struct container_list *l)
{
	struct str all = STR_NONE;

	for (size_t i = 0; i < l->n; i++)
		all = all.n ? arena_fmt(p->scratch, STR_FMT " " STR_FMT,
					STR_ARG(all),
					STR_ARG(str_head(l->s[i], 4096)))
			    : str_head(l->s[i], 4096);
	return all;
}

static struct str pod_of(struct parse *p, const struct container *c)
{
	if (!c->pod_namespace.n)
		return c->pod;
	return arena_fmt(p->scratch, STR_FMT "/" STR_FMT,
			 STR_ARG(c->pod_namespace), STR_ARG(c->pod));
}

static void names(struct parse *p, const struct container *c)
{
	struct event *e = p->ev;

	ev_str(e, KEY_CONTAINER_ID, c->id);
	ev_str(e, KEY_CONTAINER_IMAGE_NAME, c->image);
	ev_str(e, KEY_CONTAINER_NAME, c->name.n ? c->name : c->pod);
	ev_cstr(e, KEY_CONTAINER_RUNTIME, container_runtime(p->src->path));
	ev_str(e, KEY_FILE_PATH, p->src->path);
}

static void fields(struct parse *p, const struct container *c)
{
	struct event *e = p->ev;

	names(p, c);
	ev_str(e, KEY_PROCESS_COMMAND_LINE, joined(p, &c->args));
	list(e, KEY_PROCESS_ENV, &c->env);
	list(e, KEY_K_CONTAINER_BINDS, &c->binds);
	list(e, KEY_K_CONTAINER_CAP_ADD, &c->cap_add);
	when(e, KEY_K_CONTAINER_CREATED, c->created_ns);
	list(e, KEY_K_CONTAINER_DEVICES, &c->devices);
	when(e, KEY_K_CONTAINER_FINISHED, c->finished_ns);
	yes(e, KEY_K_CONTAINER_HOST_IPC, c->host_ipc);
	yes(e, KEY_K_CONTAINER_HOST_NETWORK, c->host_net);
	yes(e, KEY_K_CONTAINER_HOST_PID, c->host_pid);
	yes(e, KEY_K_CONTAINER_HOST_USER, c->host_user);
	for (size_t i = 0; i < c->value.n; i++)
		ev_named(e, KEY_K_CONTAINER_LABEL, c->label.s[i],
			 c->value.s[i]);
	ev_str(e, KEY_K_CONTAINER_LAYER, c->layer);
	ev_str(e, KEY_K_CONTAINER_POD, pod_of(p, c));
	list(e, KEY_K_CONTAINER_PORTS, &c->ports);
	yes(e, KEY_K_CONTAINER_PRIVILEGED, c->privileged);
	ev_str(e, KEY_K_CONTAINER_RESTART, c->restart);
	list(e, KEY_K_CONTAINER_SECURITY, &c->security);
	when(e, KEY_K_CONTAINER_STARTED, c->started_ns);
	ev_str(e, KEY_K_CONTAINER_STATE, c->state);
	ev_str(e, KEY_K_CONTAINER_USER, c->user);
}

static enum outcome times(struct parse *p, const struct container *c,
			  uint32_t *sub)
{
	const struct {
		int64_t ts_ns;
		const char *action;
		enum time_desc desc;
	} at[] = {
		{ c->created_ns, "container-created", TD_B },
		{ c->started_ns, "container-started", TD_START },
		{ c->finished_ns, "container-finished", TD_END },
	};

	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		struct when w;

		if (at[i].ts_ns == INT64_MIN)
			continue;
		w = when_stated(at[i].ts_ns, UNIT_NS);
		ev_begin(p->ev, KIND_CONTAINER_CHANGED, "container", &w, 0);
		p->ev->desc = (uint8_t)at[i].desc;
		p->ev->sub = (*sub)++;
		p->ev->record = c->id;
		ev_cstr(p->ev, KEY_EVENT_ACTION, at[i].action);
		names(p, c);
		ev_str(p->ev, KEY_PROCESS_COMMAND_LINE, joined(p, &c->args));
		if (parse_emit(p) == STOP)
			return STOP;
	}
	return WHOLE;
}

static bool comes_back(const struct container *c, enum container_file file)
{
	return file == CONTAINER_POD || str_is(c->restart, "always") ||
	       str_is(c->restart, "unless-stopped") ||
	       str_is(c->restart, "on-failure");
}

struct reading {
	struct parse *p;
	enum container_file file;
	struct str id;
	uint32_t sub;
	enum outcome got;
};

static bool one(void *arg, struct container *c)
{
	struct reading *r = arg;
	struct parse *p = r->p;
	struct autorun a = {
		.dataset = "container",
		.mechanism = r->file == CONTAINER_POD ? "kubernetes_static_pod"
						      : "container",
		.target = STR(""), /* it lies in the container */
		.enabled = ENABLED_YES,
	};

	if (!c->id.n)
		c->id = r->id;
	/* a document of another kind is no pod */
	if (r->file == CONTAINER_POD && !str_is(c->kind, "Pod"))
		return true;
	stream_state(p, KIND_CONTAINER, STR("container"), 0);
	p->ev->sub = r->sub++;
	p->ev->record = c->id.n ? c->id : c->pod;
	fields(p, c);
	r->got = parse_emit(p);
	if (r->got != STOP)
		r->got = times(p, c, &r->sub);
	if (r->got != STOP && comes_back(c, r->file)) {
		a.name = c->name.n ? c->name : c->pod;
		a.options = c->restart;
		a.command = joined(p, &c->args);
		a.sub = r->sub++;
		autorun_fill(p, &a);
		ev_str(p->ev, KEY_CONTAINER_ID, c->id);
		ev_str(p->ev, KEY_CONTAINER_IMAGE_NAME, c->image);
		yes(p->ev, KEY_K_CONTAINER_PRIVILEGED, c->privileged);
		p->ev->record = p->src->data;
		r->got = parse_emit(p);
	}
	return r->got != STOP;
}

static enum outcome parse(struct parse *p)
{
	struct reading r = { .p = p };
	struct container *c = ARENA_NEW(p->keep, struct container);
	const struct container_disk *d;

	r.file = container_file(p->src->path, &r.id);
	d = ctx_container(p->ctx, r.id);
	container_init(c);
	if (r.file == CONTAINER_HOST && d && d->name.n)
		return WHOLE; /* told with config.v2.json */
	if (r.file == CONTAINER_DOCKER && d && d->host.n)
		(void)container_read(CONTAINER_HOST, d->host, p->keep, c, NULL,
				     NULL);
	if (container_read(r.file, p->src->data, p->keep, c, one, &r))
		return r.got;
	parse_note(p, NOTE_DAMAGED, "description of a container", 0, 0,
		   p->src->data.n);
	/* what stood before the damage is told */
	if (r.sub == 0 && (c->id.n || c->name.n || c->binds.n))
		(void)one(&r, c);
	return r.got == STOP ? STOP : PARTLY;
}

static const char *const paths[] = {
	"/**/docker/containers/*/config.v2.json",
	"/**/docker/containers/*/hostconfig.json",
	"/**/overlay-containers/containers.json",
	"/**/overlay-containers/*/userdata/config.json",
	"/run/**/io.containerd.runtime.v2.task/*/*/config.json",
	"/run/**/runc/*/state.json",
	"/var/lib/lxc/*/config",
	"/etc/systemd/nspawn/*.nspawn",
	"/etc/kubernetes/manifests/*",
	NULL
};

const struct parser parser_container = {
	.name = "container",
	.title = "containers on disk: Docker, Podman, containerd, CRI-O, runc, "
		 "LXC, nspawn, static pods",
	.title_ja = "ディスク上のコンテナ定義（Docker、Podman、containerd、CRI-"
		    "O、runc、"
		    "LXC、nspawn、静的 Pod）",
	.paths = paths,
	.probe = probe,
	.parse = parse,
};
