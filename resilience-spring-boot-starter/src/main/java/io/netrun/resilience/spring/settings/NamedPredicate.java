package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.NamedCode;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A predicate that a setting names. A predicate for a class decides about the objects of that class alone. */
final class NamedPredicate extends NamedCode<Predicate<@Nullable Object>> implements Predicate<@Nullable Object> {

    private final @Nullable Class<?> argument;
    private final boolean otherwise;

    /**
     * Creates the predicate.
     *
     * @param code looks it up with the first call
     * @param argument the class of the objects that it takes; null for any
     * @param otherwise the answer for other objects
     */
    NamedPredicate(
            String name, Supplier<Predicate<@Nullable Object>> code, @Nullable Class<?> argument, boolean otherwise) {
        super(name, code);
        this.argument = argument;
        this.otherwise = otherwise;
    }

    @Override
    public boolean test(@Nullable Object value) {
        boolean taken = argument == null || argument.isInstance(value);
        return taken ? code().test(value) : otherwise;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof NamedPredicate named && otherwise == named.otherwise;
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
