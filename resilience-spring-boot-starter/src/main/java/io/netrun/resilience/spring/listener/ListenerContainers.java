package io.netrun.resilience.spring.listener;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The listener containers of one kind of broker. */
public interface ListenerContainers {

    /** Returns the container of an id, as it is now; null if there is none. */
    @Nullable
    ListenerContainer find(String id);

    /** Returns the ids of all containers. */
    Collection<String> ids();
}
