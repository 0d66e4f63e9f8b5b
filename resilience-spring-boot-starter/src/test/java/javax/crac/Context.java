package javax.crac;

import java.util.ArrayList;
import java.util.List;

/** Those that are notified; see {@link Core}. */
public class Context<R extends Resource> {

    private final ThreadLocal<List<R>> recorded = new ThreadLocal<>();

    /** Other tests have application contexts too, which no checkpoint may stop. */
    public void register(R resource) {
        List<R> recording = recorded.get();
        if (recording != null) {
            recording.add(resource);
        }
    }

    void record() {
        recorded.set(new ArrayList<>());
    }

    List<R> recorded() {
        return List.copyOf(recorded.get());
    }

    void forget() {
        recorded.remove();
    }
}
