package io.netrun.resilience.fallback;

import io.netrun.resilience.InvalidSettingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What takes the place of which failure. Immutable; checked when it is built.
 *
 * @param handlers at most one for each kind of failure; the one for the closest kind wins; default none, so that every
 *     failure passes
 */
public record FallbackConfig(List<FallbackHandler> handlers) {

    /**
     * Checks the handlers.
     *
     * @throws IllegalArgumentException if two are for the same kind of failure
     */
    public FallbackConfig {
        handlers = List.copyOf(handlers);
        long kinds = handlers.stream().map(FallbackHandler::type).distinct().count();
        if (kinds < handlers.size()) {
            throw new InvalidSettingException(
                    "handlers",
                    "handlers are for "
                            + handlers.stream()
                                    .map(handler -> handler.type().getName())
                                    .toList()
                            + ": must be at most one for each kind of failure");
        }
    }

    /** The defaults. */
    public static FallbackConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.handlers.addAll(handlers);
        return builder;
    }

    /** Collects the handlers. Not thread-safe. */
    public static final class Builder {

        private final List<FallbackHandler> handlers = new ArrayList<>();

        private Builder() {}

        /** A constant in the place of every {@link Exception}. */
        public Builder value(@Nullable Object value) {
            return handle(Exception.class, failure -> value);
        }

        /** What a function makes of every {@link Exception}. */
        public Builder handle(Function<? super Throwable, ? extends @Nullable Object> function) {
            return handle(Exception.class, function);
        }

        /** What a function makes of a kind of failure, subclasses included. */
        public <E extends Throwable> Builder handle(
                Class<E> type, Function<? super E, ? extends @Nullable Object> function) {
            return handler(new FallbackHandler(type, (failure, call) -> function.apply(type.cast(failure))));
        }

        /** A handler that may throw, or wants to see the call. */
        public Builder handler(FallbackHandler handler) {
            handlers.add(handler);
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if two handlers are for the same kind of failure
         */
        public FallbackConfig build() {
            return new FallbackConfig(handlers);
        }
    }
}
