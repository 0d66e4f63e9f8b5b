package io.netrun.resilience;

/** Identifies an instance, or a family, in a registry. */
record RegistryKey(String pattern, String name) {

    static RegistryKey of(PolicyType<?, ?> type, String name) {
        return new RegistryKey(type.key(), name);
    }
}
