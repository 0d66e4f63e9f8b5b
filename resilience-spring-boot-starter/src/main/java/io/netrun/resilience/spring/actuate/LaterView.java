package io.netrun.resilience.spring.actuate;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was read of an instance, which becomes a map of plain values when something reads the map. Health is asked for
 * often, and its details are seldom shown.
 */
final class LaterView extends AbstractMap<String, @Nullable Object> {

    private final Record snapshot;
    private volatile @Nullable Map<String, @Nullable Object> view;

    LaterView(Record snapshot) {
        this.snapshot = snapshot;
    }

    @Override
    public Set<Entry<String, @Nullable Object>> entrySet() {
        return view().entrySet();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        return view().get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return view().containsKey(key);
    }

    private Map<String, @Nullable Object> view() {
        Map<String, @Nullable Object> present = view;
        if (present == null) {
            present = Collections.unmodifiableMap(JsonView.of(snapshot));
            view = present;
        }
        return present;
    }
}
