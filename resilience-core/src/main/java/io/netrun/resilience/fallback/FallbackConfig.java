package io.netrun.resilience.fallback;

import io.netrun.resilience.InvalidSettingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a fallback. Immutable; validated on construction.
 *
 * @param handlers at most one for each type of failure; the most specific one wins. Default none, so that every failure
 *     passes
 */
public record FallbackConfig(List<FallbackHandler> handlers) {

    /**
     * Validates the handlers.
     *
     * @throws IllegalArgumentException if two are for the same type of failure
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

    /** Returns the default settings: no handler. */
    public static FallbackConfig defaults() {
        return builder().build();
    }

    /** Returns a builder without handlers. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these handlers, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.handlers.addAll(handlers);
        return builder;
    }

    /** Collects the handlers. Not thread-safe. */
    public static final class Builder {

        private final List<FallbackHandler> handlers = new ArrayList<>();

        private Builder() {}

        /** Replaces every {@link Exception} with a constant. */
        public Builder value(@Nullable Object value) {
            return handle(Exception.class, failure -> value);
        }

        /** Replaces every {@link Exception} with the result of a function. */
        public Builder handle(Function<? super Throwable, ? extends @Nullable Object> function) {
            return handle(Exception.class, function);
        }

        /** Replaces a type of failure, subclasses included, with the result of a function. */
        public <E extends Throwable> Builder handle(
                Class<E> type, Function<? super E, ? extends @Nullable Object> function) {
            return handler(new FallbackHandler(type, (failure, call) -> function.apply(type.cast(failure))));
        }

        /** Adds a handler that may throw, or that needs the call itself. */
        public Builder handler(FallbackHandler handler) {
            handlers.add(handler);
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if two handlers are for the same type of failure
         */
        public FallbackConfig build() {
            return new FallbackConfig(handlers);
        }
    }
}
