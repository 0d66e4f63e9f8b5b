package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Pipeline;
import java.util.List;
import java.util.Map;

/** Something beside annotated methods that makes calls through instances. It is looked at when the application starts. */
public interface InstanceUser {

    /** Obtains its instances; from then on it has {@link #pipelines()}. Returns what is wrong, all at once. */
    List<Problem> check();

    /** Its pipelines, by a title for people. */
    Map<String, Pipeline> pipelines();
}
