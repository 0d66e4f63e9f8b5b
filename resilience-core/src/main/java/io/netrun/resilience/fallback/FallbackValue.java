package io.netrun.resilience.fallback;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A constant that replaces failures. Two are equal if their constants are; the text is that of the constant. */
public final class FallbackValue {

    private final @Nullable Object constant;

    private FallbackValue(@Nullable Object constant) {
        this.constant = constant;
    }

    /**
     * Creates a value.
     *
     * @param constant returned to every caller, so it should be immutable; may be null
     */
    public static FallbackValue of(@Nullable Object constant) {
        return new FallbackValue(constant);
    }

    /** The constant itself; may be null. */
    public @Nullable Object constant() {
        return constant;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FallbackValue value && Objects.equals(constant, value.constant);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(constant);
    }

    @Override
    public String toString() {
        return String.valueOf(constant);
    }
}
