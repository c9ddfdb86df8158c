# Makefile - the whole build; hand-written, no recursion.
#
#   make              konseki (configures itself in a fresh clone)
#   make check        every test; `make -k' goes on after a failure
#   make t-parse/lines      builds and runs the unit test src/parse/lines_test.c
#   make build/t/parse/lines   only builds it
#   make asan-parse/lines   the same test under AddressSanitizer and UBSan
#   make asan         all unit tests and a konseki (build/asan/konseki) with both
#   make sweep fuzz lab bench lint install dist
#
# ./configure takes --enable-asan and --disable-static; CFLAGS, CC as ever.

ifneq ($(filter-out clean distclean lint,$(or $(MAKECMDGOALS),all)),)
include config.mk
endif

# V=1 shows the commands
Q = $(if $(V),,@)
say = @$(if $(V),:,echo '  $1 $@')

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wno-missing-field-initializers
WERROR = $(if $(CI),-Werror)
CPPFLAGS_ALL = -Iinclude -I. -include config.h -include src/util/banned.h \
	-MMD -MP
FLAGS = -std=gnu17 $(WARN) $(WERROR) $(CPPFLAGS_ALL) $(CFLAGS) \
	-fstack-protector-strong -fPIE -ffunction-sections -fdata-sections
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

# What static glibc cannot do on a foreign system: src/util/os_wrap.c
WRAP = iconv_open dlopen getpwnam getpwuid getpwnam_r getpwuid_r getgrnam \
	getgrgid getgrnam_r getgrgid_r getaddrinfo gethostbyname
LINK_ALL = $(LINK) -Wl,-z,relro,-z,now -Wl,-z,noexecstack \
	-Wl,--fatal-warnings $(if $(filter yes,$(STATIC)),\
	$(WRAP:%=-Wl,--wrap=%))

SRC := $(sort $(filter-out %_test.c,$(shell find src -name '*.c')))
TEST := $(sort $(shell find src -name '*_test.c'))
DATA_OBJ = build/signatures_zst.o build/jis_zst.o build/magic_mgc_zst.o

OBJ = $(SRC:src/%.c=build/%.o) $(DATA_OBJ)
ASAN_OBJ = $(SRC:src/%.c=build/asan/%.o) $(DATA_OBJ)
FOLDER := $(sort $(foreach f,$(SRC),$(if $(findstring /,$(f:src/%=%)),\
	$(firstword $(subst /, ,$(f:src/%=%))))))
UNIT = $(TEST:src/%_test.c=build/t/%)
ASAN_UNIT = $(TEST:src/%_test.c=build/asan/t/%)

.PHONY: all check sweep fuzz lab bench asan lint install dist clean distclean \
	$(UNIT:build/t/%=t-%) $(UNIT:build/t/%=asan-%)
.DELETE_ON_ERROR:
.SECONDARY:

all: konseki

config.mk: configure config.mk.in config.h.in
	./configure $(CONFIGURE_FLAGS)
configure: configure.ac
	autoconf
config.h: config.mk ;

# The program.
ifeq ($(ASAN),yes)
konseki: build/asan/konseki
	cp $< $@
else
konseki: $(OBJ)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LINK_ALL) $(LDFLAGS) -o $@.$$$$.new $(OBJ) $(LIBS) && \
		mv $@.$$$$.new $@ # one that runs goes on with its own
endif
build/asan/konseki: $(ASAN_OBJ)
	$(call say,LINK)
	$(Q)$(CC) $(SANITIZE) -pie -o $@ $(ASAN_OBJ) $(LIBS_DYNAMIC)

build/asan/%.o: src/%.c config.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(FLAGS) $(SANITIZE) -c -o $@ $<
build/%.o: src/%.c config.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(FLAGS) $(HARDEN) -c -o $@ $<

# One archive per folder, for the tests; the linker takes what it needs.
define folder
build/$(1).a: $$(filter build/$(1)/%,$$(OBJ)) $(if $(filter util,$(1)),$(DATA_OBJ))
build/asan/$(1).a: $$(filter build/asan/$(1)/%,$$(ASAN_OBJ)) \
	$(if $(filter util,$(1)),$(DATA_OBJ))
endef
$(foreach f,$(FOLDER),$(eval $(call folder,$(f))))
%.a:
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# Embedded data.
build/signatures_zst.S: src/util/embed $(shell find signatures)
	@mkdir -p $(@D)
	$(call say,PACK)
	$(Q)ZSTD=$(ZSTD) sh src/util/embed tree signatures $@ signatures_zst
build/magic_mgc_zst.S: src/util/embed $(MAGIC_MGC)
	@mkdir -p $(@D)
	$(call say,PACK)
	$(Q)ZSTD=$(ZSTD) sh src/util/embed file $(MAGIC_MGC) $@ magic_mgc_zst
build/jis_zst.S: src/util/embed src/util/jis.gen
	@mkdir -p $(@D)
	$(call say,PACK)
	$(Q)$(or $(BUILD_CC),$(CC)) -O1 -x c -o build/jis.gen src/util/jis.gen
	$(Q)build/jis.gen >build/jis.bin
	$(Q)ZSTD=$(ZSTD) sh src/util/embed file build/jis.bin $@ jis_zst
build/%_zst.o: build/%_zst.S
	$(call say,CC)
	$(Q)$(CC) -c -o $@ $<

# Unit tests: each one is a program, linked to its own and lower rows only
# (goldens of parsers are written by export).
ROW2 = event archive host util
BELOW_event = util
BELOW_archive = util
BELOW_host = util
BELOW_collect = $(ROW2)
BELOW_parse = export $(ROW2)
BELOW_derive = $(ROW2)
BELOW_detect = $(ROW2)
BELOW_graph = event util
BELOW_report = graph event util
BELOW_export = graph event util
BELOW_case = report export graph collect parse derive detect $(ROW2)
BELOW_cli = case $(BELOW_case)
own = $(firstword $(subst /, ,$(1)))
rows = $(filter $(FOLDER),$(call own,$(1)) $(BELOW_$(call own,$(1))))
archives = $(foreach f,$(call rows,$(2)),$(1)/$(f).a)

.SECONDEXPANSION:
build/t/%: build/%_test.o $$(call archives,build,$$*)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -pie -o $@ $< $(filter %.a,$^) $(LIBS_DYNAMIC) -lcmocka
build/asan/t/%: build/asan/%_test.o $$(call archives,build/asan,$$*)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SANITIZE) -pie -o $@ $< $(filter %.a,$^) \
		$(LIBS_DYNAMIC) -lcmocka
$(UNIT:build/t/%=t-%): t-%: build/t/%
	$<
$(UNIT:build/t/%=asan-%): asan-%: build/asan/t/%
	$<

# Programs that the tests from outside need, one source each; a line
# "libs: -lx" in the source says what else to link.
HELPER_SRC := $(wildcard tests/*.c tests/plant/*.c tests/lab/*.c)
HELPER = $(HELPER_SRC:tests/%.c=build/tests/%)
BENCH = $(patsubst tests/%.c,build/tests/%,$(wildcard tests/bench/*.c))
build/tests/%: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) $(WERROR) -Iinclude $(CFLAGS) \
		-o $@ $< $$(sed -n 's/^.*libs: //p' $<) -lpthread

# Every part runs, whatever the others found.
PART = sh tests/part.sh
check: konseki $(UNIT) $(HELPER)
	@$(PART) --reset
	@$(PART) unit sh tests/unit.sh build/t/ $(UNIT) || :
	@$(PART) layers sh tests/layers.sh || :
	@$(PART) manual sh tests/manual.sh || :
	@$(PART) evidence sh tests/evidence.sh || :
	@STATIC=$(STATIC) $(PART) static sh tests/static.sh || :
	@for t in tests/*.bats; do test ! -e $$t || \
		$(PART) $$(basename $$t .bats) bats --tap $$t || :; done
	@$(PART) --total check

# What takes long or wants a machine of its own; not part of check.
lab: konseki $(HELPER)
	@$(PART) --reset
	@for t in tests/lab/*.bats; do test ! -e $$t || \
		$(PART) lab-$$(basename $$t .bats) bats --tap $$t || :; done
	@$(PART) --total lab

asan: build/asan/konseki $(ASAN_UNIT)
	@$(PART) --reset
	@$(PART) asan sh tests/unit.sh build/asan/t/ $(ASAN_UNIT)

# All parsers over samples cut at every place and with flipped bits.
SWEEP_SECONDS ?= 300
PARSE_A = parse event archive host util
build/asan/sweep: tests/fuzz/sweep.c tests/fuzz/world.h $(PARSE_A:%=build/asan/%.a)
	$(call say,LINK)
	$(Q)$(CC) $(filter-out -MMD -MP,$(FLAGS)) $(SANITIZE) -Isrc -pie -o $@ \
		$(filter %.c %.a,$^) $(LIBS_DYNAMIC)
sweep: build/asan/sweep
	SWEEP_SECONDS=$(SWEEP_SECONDS) build/asan/sweep testdata

# libFuzzer needs clang; the corpus grows in build/corpus.
FUZZ_SECONDS ?= 60
FUZZ_OBJ = $(patsubst src/%.c,build/fuzz/%.o,$(foreach f,$(PARSE_A),$(filter src/$(f)/%,$(SRC))))
build/fuzz/%.o: src/%.c config.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)clang $(FLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link -c -o $@ $<
build/fuzz/fuzz: tests/fuzz/fuzz.c tests/fuzz/world.h $(FUZZ_OBJ) $(DATA_OBJ)
	$(call say,LINK)
	$(Q)clang $(filter-out -MMD -MP,$(FLAGS)) $(SANITIZE) -fsanitize=fuzzer \
		-Isrc -pie -o $@ $(filter %.c %.o,$^) $(LIBS_DYNAMIC)
fuzz: build/fuzz/fuzz
	@mkdir -p build/corpus
	build/fuzz/fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=16384 \
		-timeout=20 build/corpus $(dir $(wildcard testdata/*/*/input))

bench: konseki $(BENCH)
	bash tests/bench/bench.sh

lint:
	@sh tests/lint.sh

PREFIX ?= $(or $(prefix),/usr/local)
MAN := $(wildcard man/*.[157] man/ja/*.[157])
install: konseki
	install -D -m 755 -s --strip-program=$(STRIP) konseki \
		$(DESTDIR)$(PREFIX)/bin/konseki
	for m in $(MAN:man/%=%); do \
		dir=$${m%/*}; test "$$dir" != "$$m" || dir=; \
		install -D -m 644 man/$$m $(DESTDIR)$(PREFIX)/share/man/$$dir/man$${m##*.}/$${m##*/} \
		|| exit; done

RELEASE = konseki-$(VERSION)-linux-$(ARCH)
dist: dist/$(RELEASE).sha256
dist/$(RELEASE): konseki
	@mkdir -p $(@D)
	$(STRIP) -o $@ $<
dist/$(RELEASE).sha256: dist/$(RELEASE)
	cd $(@D) && sha256sum $(RELEASE) >$(@F)
	@cat $@

clean:
	rm -rf build konseki dist
distclean: clean
	rm -rf config.mk config.h config.log config.status configure \
		autom4te.cache

-include $(shell find build -name '*.d' 2>/dev/null)
