package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.NamedCode;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A predicate that a setting names. A predicate for a class decides about the objects of that class alone. */
final class NamedPredicate implements Predicate<@Nullable Object>, NamedCode {

    private final String name;
    private final Supplier<Predicate<@Nullable Object>> code;
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
        this.name = name;
        this.code = code;
        this.argument = argument;
        this.otherwise = otherwise;
    }

    @Override
    public boolean test(@Nullable Object value) {
        boolean taken = argument == null || argument.isInstance(value);
        return taken ? code.get().test(value) : otherwise;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamedPredicate named && name.equals(named.name) && otherwise == named.otherwise;
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
