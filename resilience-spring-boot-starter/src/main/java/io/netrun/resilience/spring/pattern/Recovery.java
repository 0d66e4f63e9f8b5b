package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.fallback.FallbackHandler;
import org.jspecify.annotations.Nullable;

/** What replaces a failed call of a method. */
@FunctionalInterface
public interface Recovery {

    /**
     * Returns the result in place of a failure.
     *
     * @param target the object that was called
     * @throws Throwable the failure itself if nothing replaces it, or what the replacement threw
     */
    @Nullable
    Object recover(Throwable failure, Object target, @Nullable Object[] arguments) throws Throwable;

    /** A policy that does this within a chain, and has no settings. */
    static Fallback policy(String name, Recovery recovery) {
        return Fallback.of(
                name,
                FallbackConfig.builder()
                        .handler(new FallbackHandler(
                                Throwable.class,
                                (failure, call) -> {
                                    if (call instanceof RecoverableCall recoverable) {
                                        return recoverable.recover(failure, recovery);
                                    }
                                    throw failure;
                                },
                                false))
                        .build());
    }
}
