package io.netrun.resilience.spring.pattern;

import org.jspecify.annotations.Nullable;

/** A call with fallbacks for its failure. */
public interface RecoverableCall {

    /**
     * Returns the result of the fallback.
     *
     * @throws Throwable the failure itself if no fallback applies, or what the fallback threw
     */
    @Nullable
    Object recover(Throwable failure) throws Throwable;
}
