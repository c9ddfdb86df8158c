/* jit.c - libraries and programs that write code into memory and run it. */
#include "program.h"

static const struct {
	const char *head, *family;
} jits[] = {
	{ "firefox", "spidermonkey" },
	{ "libxul.so", "spidermonkey" },
	{ "libmozjs", "spidermonkey" },
	{ "chrome", "v8" },
	{ "chromium", "v8" },
	{ "deno", "v8" },
	{ "electron", "v8" },
	{ "libnode.so", "v8" },
	{ "libv8", "v8" },
	{ "node", "v8" },
	{ "bun", "javascriptcore" },
	{ "libjavascriptcoregtk", "javascriptcore" },
	{ "libQt5Qml.so", "qml" },
	{ "libQt6Qml.so", "qml" },
	{ "java", "jvm" },
	{ "libjvm.so", "jvm" },
	{ "libj9jit", "jvm" },
	{ "dotnet", "dotnet" },
	{ "libclrjit.so", "dotnet" },
	{ "libcoreclr.so", "dotnet" },
	{ "libmonosgen", "mono" },
	{ "mono", "mono" },
	{ "beam.smp", "beam" },
	{ "libluajit", "luajit" },
	{ "luajit", "luajit" },
	{ "opcache.so", "php" },
	{ "pypy", "pypy" },
	{ "libpypy", "pypy" },
	{ "libruby", "ruby" },
	{ "qemu-", "qemu" },
	{ "wasmtime", "wasm" },
	{ "libwasmtime", "wasm" },
	{ "wasmer", "wasm" },
	{ "libLLVM", "llvm" },
	{ "libtcc.so", "tcc" },
	{ "libpcre.so", "pcre" },
	{ "libpcre2-", "pcre" },
	{ "libffi.so", "ffi" },
	{ "libgccjit.so", "gccjit" },
	{ "libHSrts", "haskell" },
	{ "libvixl", "vixl" },
	{ "libasmjit", "asmjit" },
	{ "libgallium", "mesa" },
	{ "swrast_dri.so", "mesa" },
	{ "libGLX_nvidia", "nvidia" },
	{ "libnvidia-", "nvidia" },
	{ "libcuda.so", "nvidia" },
	{ "libdynamorio", "instrumentation" },
	{ "memcheck-", "instrumentation" },
};

const char *program_jit(struct str name)
{
	for (size_t i = 0; i < sizeof(jits) / sizeof(jits[0]); i++)
		if (str_starts(name, str_of(jits[i].head)))
			return jits[i].family;
	return NULL;
}
