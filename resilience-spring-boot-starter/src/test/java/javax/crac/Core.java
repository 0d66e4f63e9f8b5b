package javax.crac;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Stands in for a JVM that can be checkpointed and restored (CRaC): the library {@code org.crac}, through which Spring
 * takes part, looks for this package. What is notified and in which order is as there, and the process just goes on.
 */
public final class Core {

    private static final Context<Resource> GLOBAL = new Context<>();
    private static final ThreadLocal<Runnable> MEANWHILE = new ThreadLocal<>();

    private Core() {}

    public static Context<Resource> getGlobalContext() {
        return GLOBAL;
    }

    /** The application contexts that this thread creates from now on take part, until {@link #end}. */
    public static void begin() {
        GLOBAL.record();
    }

    public static void end() {
        GLOBAL.forget();
        MEANWHILE.remove();
    }

    /** Sets what happens while the process is stopped. */
    public static void meanwhile(Runnable happens) {
        MEANWHILE.set(happens);
    }

    /** Called by org.crac. */
    public static void checkpointRestore() throws Exception {
        List<Resource> resources = GLOBAL.recorded();
        List<Resource> latestFirst = new ArrayList<>(resources);
        Collections.reverse(latestFirst);
        for (Resource resource : latestFirst) {
            resource.beforeCheckpoint(GLOBAL);
        }
        MEANWHILE.get().run();
        for (Resource resource : resources) {
            resource.afterRestore(GLOBAL);
        }
    }
}
