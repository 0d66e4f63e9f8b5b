package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/** Identifies an instance, or a family, in a registry. */
record RegistryKey(String pattern, String name) {

    /** Written out, like the next one: what the compiler makes of a record is slow until it has run often. */
    @Override
    public int hashCode() {
        return 31 * pattern.hashCode() + name.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RegistryKey key && name.equals(key.name) && pattern.equals(key.pattern);
    }

    static RegistryKey of(PolicyType<?, ?> type, String name) {
        return new RegistryKey(type.key(), name);
    }
}
