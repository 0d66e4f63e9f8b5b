package io.netrun.resilience.spring.settings;

import java.util.List;

/** The keys under {@code resilience.fleet}. The module that reads them may be absent; a misspelled one is not. */
final class FleetKeys {

    static final List<String> ALL =
            List.of("enabled", "name", "interval", "lease", "expected-nodes", "when-away", "key-prefix", "required");

    private FleetKeys() {}
}
