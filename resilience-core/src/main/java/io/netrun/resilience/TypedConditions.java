package io.netrun.resilience;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Conditions on failures or results of one class, added to those that were given before. For authors of policies. */
public final class TypedConditions {

    private TypedConditions() {}

    /**
     * What a failure must fulfil: the condition before and, if it is of a class, another one. Failures of other classes
     * are not affected by the latter.
     *
     * @param before null for none
     */
    public static <E extends Throwable> Predicate<? super Throwable> narrow(
            @Nullable Predicate<? super Throwable> before, Class<E> type, Predicate<? super E> condition) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(condition, "condition");
        return thrown -> (before == null || before.test(thrown))
                && (!type.isInstance(thrown) || condition.test(type.cast(thrown)));
    }

    /**
     * Which results count: those that fulfil the condition before, and those of a class that fulfil another one.
     *
     * @param before null for none
     */
    public static <R> Predicate<@Nullable Object> widen(
            @Nullable Predicate<@Nullable Object> before, Class<R> type, Predicate<? super R> condition) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(condition, "condition");
        return result -> (before != null && before.test(result))
                || (type.isInstance(result) && condition.test(type.cast(result)));
    }
}
