package io.netrun.resilience.fallback;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a fallback. Immutable; every value is validated on construction.
 *
 * @param handlers at most one for each type of failure; the most specific one wins. Default none, so that every failure
 *     passes
 * @param stale how long the result of a successful call is kept to replace the {@link Exception} of a later one; above
 *     zero, null, the default, for not at all. A stale result comes before the handlers. Requires Caffeine on the class
 *     path. See {@link CacheableCall} for calls with different results
 * @param maxStaleResults maximum number of results that are kept, one for each key; 1 to 1,000,000, default 1,000.
 *     Beyond it, those that are least likely to be used again are dropped
 * @param value a constant that replaces every {@link Exception} that no handler for a subclass of it replaces; null,
 *     the default, for none. A stale result comes first
 */
public record FallbackConfig(
        List<FallbackHandler> handlers,
        @Nullable Duration stale,
        int maxStaleResults,
        @Nullable FallbackValue value) {

    private static final int MOST_RESULTS = 1_000_000;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if two handlers are for the same type of failure, or a value is out of range;
     *     the message names it and the allowed range
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
        if (stale != null) {
            Require.positive("stale", stale);
            if (!ClassPath.HAS_CAFFEINE) {
                throw new InvalidSettingException(
                        "stale",
                        "stale is " + stale + ": requires com.github.ben-manes.caffeine:caffeine on the class path");
            }
        }
        Require.range("maxStaleResults", maxStaleResults, 1, MOST_RESULTS);
        if (value != null && handlers.stream().anyMatch(handler -> handler.type() == Exception.class)) {
            throw new InvalidSettingException(
                    "value",
                    "value is " + value + ", but a handler is for every java.lang.Exception: must be at most one of"
                            + " both");
        }
    }

    /** The handlers, the value among them unless a handler decides by itself whether to use that. */
    List<FallbackHandler> effectiveHandlers() {
        FallbackValue constant = value;
        if (constant == null || handlers.stream().anyMatch(handler -> !handler.unwraps())) {
            return handlers;
        }
        List<FallbackHandler> all = new ArrayList<>(handlers);
        all.add(new FallbackHandler(Exception.class, (failure, call) -> constant.constant()));
        return List.copyOf(all);
    }

    /** Looked at only where a setting depends on it. */
    private static final class ClassPath {

        static final boolean HAS_CAFFEINE = hasCaffeine();

        private static boolean hasCaffeine() {
            try {
                Class.forName(
                        "com.github.benmanes.caffeine.cache.Caffeine", false, FallbackConfig.class.getClassLoader());
                return true;
            } catch (ClassNotFoundException | LinkageError absent) {
                return false;
            }
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

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.handlers.addAll(handlers);
        builder.stale = stale;
        builder.maxStaleResults = maxStaleResults;
        builder.value = value;
        return builder;
    }

    /** Collects the handlers, and the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private final List<FallbackHandler> handlers = new ArrayList<>();
        private @Nullable Duration stale;
        private int maxStaleResults = 1_000;
        private @Nullable FallbackValue value;

        private Builder() {}

        /**
         * Replaces every {@link Exception} with a constant, which may be null, unless a handler for a subclass of it
         * does. By default there is none, and every failure passes.
         */
        public Builder value(@Nullable Object value) {
            this.value = FallbackValue.of(value);
            return this;
        }

        /** Replaces every {@link Exception} with the result of a function, which receives the unwrapped failure. */
        public Builder handle(Function<? super Throwable, ? extends @Nullable Object> function) {
            return handle(Exception.class, function);
        }

        /**
         * Replaces a type of failure, subclasses included, with the result of a function. The most specific type wins.
         */
        public <E extends Throwable> Builder handle(
                Class<E> type, Function<? super E, ? extends @Nullable Object> function) {
            return handler(new FallbackHandler(type, (failure, call) -> function.apply(type.cast(failure))));
        }

        /**
         * Adds a handler whose function may throw, or needs the call itself. At most one handler for each type of
         * failure.
         */
        public Builder handler(FallbackHandler handler) {
            handlers.add(handler);
            return this;
        }

        /**
         * Sets how long the result of a successful call is kept to replace the {@link Exception} of a later one; above
         * zero, null, the default, for not at all. Requires Caffeine on the class path.
         */
        public Builder stale(@Nullable Duration stale) {
            this.stale = stale;
            return this;
        }

        /** Sets the maximum number of results that are kept, one for each key; 1 to 1,000,000, default 1,000. */
        public Builder maxStaleResults(int maxStaleResults) {
            this.maxStaleResults = maxStaleResults;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if two handlers are for the same type of failure, or a value is out of range
         */
        public FallbackConfig build() {
            return new FallbackConfig(handlers, stale, maxStaleResults, value);
        }
    }
}
