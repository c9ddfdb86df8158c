CC ?= cc
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
CFLAGS ?= -O2 -g
FLAGS = -std=gnu17 $(WARN) -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE -ffunction-sections -fdata-sections -Iinclude -include src/util/banned.h
LIBS = -lyara -larchive -ljansson -lmagic -lpcre2-8 -lyaml -lsqlite3 -lcrypto -lnettle -lzstd -llzma -lbz2 -lz -lm
SRC = $(filter-out %_test.c,$(wildcard src/*.c src/*/*.c))
OBJ = $(SRC:src/%.c=build/%.o)
all: konseki
konseki: $(OBJ)
	$(CC) -static-pie -Wl,--gc-sections -o $@ $(OBJ) $(LIBS)
build/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) -MMD -c -o $@ $<
-include $(OBJ:.o=.d)
