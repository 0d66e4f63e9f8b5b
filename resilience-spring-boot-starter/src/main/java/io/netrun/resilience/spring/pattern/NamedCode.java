package io.netrun.resilience.spring.pattern;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Code of the application that a setting names: {@code @} and the name of a bean, or the name of a class. Its text is
 * that name; objects of one class with the same name are equal.
 *
 * @param <T> the type of the code
 */
public abstract class NamedCode<T> {

    private final String name;
    private final Supplier<T> code;

    /**
     * Creates an object that calls the code.
     *
     * @param name as the setting has it
     * @param code looks the code up with the first call
     */
    protected NamedCode(String name, Supplier<T> code) {
        this.name = name;
        this.code = code;
    }

    /** The code itself. */
    protected final T code() {
        return code.get();
    }

    @Override
    @SuppressWarnings("EqualsGetClass") // a backoff and a predicate of one name are different code
    public boolean equals(@Nullable Object other) {
        return other != null && other.getClass() == getClass() && name.equals(((NamedCode<?>) other).name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** The name, as the setting has it. */
    @Override
    public final String toString() {
        return name;
    }
}
