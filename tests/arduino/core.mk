# For test_core.py: mbedTLS, configured as the Arduino core's (core_config.h), and Hatch with the
# compiler's flags of library.json.
#   make -f tests/arduino/core.mk OUT=folder MBEDTLS=folder FLAGS=...
TLS   := $(wildcard $(MBEDTLS)/library/*.c)
HATCH := $(filter-out src/port/freertos_%.c src/port/lwip_%.c src/port/nvs_%.c,$(shell find src -name '*.c'))
COMMON = -O1 -g -MMD -ffunction-sections -fdata-sections -isystem $(MBEDTLS)/include -Itests/arduino '-DMBEDTLS_CONFIG_FILE=<core_config.h>'

all: $(OUT)/libhatch.a $(OUT)/libmbedtls.a

$(OUT)/libmbedtls.a: $(TLS:$(MBEDTLS)/%.c=$(OUT)/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^

$(OUT)/libhatch.a: $(HATCH:%.c=$(OUT)/%.o)
	@rm -f $@
	@$(AR) rcs $@ $^

$(OUT)/library/%.o: $(MBEDTLS)/library/%.c tests/arduino/core_config.h
	@mkdir -p $(@D)
	@$(CC) $(COMMON) -w -c $< -o $@

$(OUT)/src/%.o: src/%.c tests/arduino/core_config.h library.json
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 $(COMMON) -Wall -Wextra -Werror $(FLAGS) -c $< -o $@

-include $(HATCH:%.c=$(OUT)/%.d)
