package io.netrun.resilience;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Combines conditions on failures or results of one class with earlier ones.
 *
 * @apiNote For authors of policies.
 */
public final class TypedConditions {

    private TypedConditions() {}

    /**
     * Returns a condition that failures must fulfil: the earlier condition and, for failures of a class, another one.
     * Failures of other classes are not affected by the latter.
     *
     * @param before the earlier condition; null for none
     */
    public static <E extends Throwable> Predicate<? super Throwable> narrow(
            @Nullable Predicate<? super Throwable> before, Class<E> type, Predicate<? super E> condition) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(condition, "condition");
        return thrown -> (before == null || before.test(thrown))
                && (!type.isInstance(thrown) || condition.test(type.cast(thrown)));
    }

    /**
     * Returns a condition that accepts the results that the earlier condition accepts, and those of a class that fulfil
     * another one.
     *
     * @param before the earlier condition; null for none
     */
    public static <R> Predicate<@Nullable Object> widen(
            @Nullable Predicate<@Nullable Object> before, Class<R> type, Predicate<? super R> condition) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(condition, "condition");
        return result -> (before != null && before.test(result))
                || (type.isInstance(result) && condition.test(type.cast(result)));
    }
}
