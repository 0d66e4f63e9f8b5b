package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;

/** A bean that requests instances by names that come with calls, so that the names in use are not known at startup. */
public interface LateRequests {

    /** Whether it may request any instance of a pattern. */
    boolean mayRequest(PatternDescriptor<?, ?> pattern);

    /** What requests the instances, with the part that names them, as the subject of a sentence. */
    String requester();
}
