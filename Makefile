MODULE_big = lbdiag
EXTENSION = lbdiag
DATA = $(wildcard sql/lbdiag--*--*.sql)
# The install script, joined from a file a subject in the order of their numbers.
EXTENSION_SCRIPT = sql/$(EXTENSION)--1.0.sql
DATA_built = $(EXTENSION_SCRIPT)
SUBJECTS = $(sort $(wildcard sql/[0-9][0-9]_*.sql))

# Encoders of libraries that may be missing, each as NAME:MODULE:HEADER.
# with_NAME is yes or no, and without it yes where pkg-config knows the module
# or the compiler the header; what is linked is the module's name without lib.
OPTIONAL = brotli:libbrotlienc:brotli/encode.h zstd:libzstd:zstd.h
part = $(word $(1),$(subst :, ,$(encoder)))
found = $(if $(shell { pkg-config --exists $(1) || echo '#include <$(2)>' | $(CC) -E -; } >/dev/null 2>&1 && echo yes),yes,no)
$(foreach encoder,$(OPTIONAL),$(eval with_$(call part,1) ?= $$(call found,$(call part,2),$(call part,3))))
# At once: PGXS has a with_zstd too, that of the server's own build.
ENCODERS := $(foreach encoder,$(OPTIONAL),$(if $(filter yes,$(with_$(call part,1))),$(encoder)))
ENCODER_LIBS := $(foreach encoder,$(ENCODERS),-l$(patsubst lib%,%,$(call part,2)))
ENCODER_FLAGS := $(foreach encoder,$(ENCODERS),-DLBD_WITH_$(shell echo $(call part,1) | tr a-z A-Z))

# The style sheet and the script of the HTML reports, as strings of C.
ASSETS = src/report/html_assets.c
SOURCES = $(sort $(wildcard src/*.c src/*/*.c) $(ASSETS))
OBJS = $(patsubst %.c,%.o,$(SOURCES))
PGFILEDESC = "lbdiag - where the bytes of JSON and the time of statements go"

SHLIB_LINK = -lz $(ENCODER_LIBS)
# PGXS has the server's headers as -I; only as -isystem are they exempt from
# warnings that are meant for this code.
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server) \
	$(ENCODER_FLAGS)
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter

TESTS = $(sort $(wildcard test/sql/*.sql))
REGRESS = $(patsubst test/sql/%.sql,%,$(TESTS))
REGRESS_OPTS = --inputdir=test --load-extension=lbdiag
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --load-extension=lbdiag
# pg_regress of PostgreSQL 15 wants the expected output below its input folder.
REGRESS_PREP = test/expected
EXTRA_CLEAN = test/expected $(ASSETS)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(EXTENSION_SCRIPT): $(SUBJECTS)
	cat $(SUBJECTS) >$@

$(ASSETS): $(srcdir)/src/report/report.css $(srcdir)/src/report/report.js
	{ echo '/* Made by make from report.css and report.js. */'; \
	echo '#include "postgres.h"'; echo; echo '#include "report/html_assets.h"'; \
	for name in css js; do \
		printf '\nconst char\tlbd_report_%s[] =\n' $$name && \
		sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $(srcdir)/src/report/report.$$name && \
		echo '"";' || exit 1; \
	done; } >$@

test/expected:
	rm -rf $@
	cp -R expected $@

$(OBJS): $(wildcard src/*.h src/*/*.h)

# The release archive: what is committed.  PGXN wants three numbers, so 1.0 in
# the control file is 1.0.0 here.
DISTNAME = $(EXTENSION)-$(shell awk -F"['.]" '/^default_version/ { print $$2 "." $$3 "." $$4 + 0 }' lbdiag.control)

dist:
	@status=$$(git status --porcelain) && if [ -n "$$status" ]; then \
		echo "make dist: commit or remove first:"; echo "$$status"; exit 1; fi >&2
	TZ=UTC git archive --format=zip --prefix=$(DISTNAME)/ --output=$(DISTNAME).zip HEAD

# Every run copies: expected output may also have been removed.
.PHONY: dist test/expected
