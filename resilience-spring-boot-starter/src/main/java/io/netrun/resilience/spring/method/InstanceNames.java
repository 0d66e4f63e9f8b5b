package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.SettingsResolver;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.PropertyResolver;

/**
 * The names of the instances that annotations request. Default names never make two methods share an instance by
 * accident. Thread-safe.
 */
final class InstanceNames {

    private static final Logger log = LoggerFactory.getLogger(InstanceNames.class);

    private final PropertyResolver environment;
    private final ConcurrentMap<String, String> methods;
    private final Set<String> ambiguous;

    /** The methods that got another name than their simple one, because it was taken when they needed it. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    InstanceNames(PropertyResolver environment) {
        this(environment, new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet());
    }

    private InstanceNames(PropertyResolver environment, ConcurrentMap<String, String> methods, Set<String> ambiguous) {
        this.environment = environment;
        this.methods = methods;
        this.ambiguous = ambiguous;
    }

    /** The same names for a child context, whose annotations are resolved with its own placeholders. */
    InstanceNames child(PropertyResolver ofChild) {
        return new InstanceNames(ofChild, methods, ambiguous);
    }

    /**
     * Registers annotations before their names are requested, so that the names do not depend on the order of requests.
     */
    void add(Collection<Declaration> declarations) {
        Map<String, String> seen = new HashMap<>();
        for (Declaration declaration : declarations) {
            DefaultName name = declaration.defaultName();
            if (name != null && !methods.containsKey(key(declaration, name))) {
                String former = seen.putIfAbsent(key(declaration, name), name.method());
                if (former != null && !former.equals(name.method()) && ambiguous.add(key(declaration, name))) {
                    log.info(
                            "{} and {} would share {} '{}': each gets its own, named after its fully qualified class",
                            former,
                            name.method(),
                            declaration.pattern().title(),
                            name.simple());
                }
            }
        }
    }

    /** The name of the instance that an annotation requests. It never changes. */
    String of(Declaration declaration) {
        DefaultName name = declaration.defaultName();
        if (name == null) {
            return SettingsResolver.resolved(
                    declaration.name(),
                    environment,
                    declaration.slot().title() + " of " + declaration.location() + ": name");
        }
        String key = key(declaration, name);
        String owner = ambiguous.contains(key) ? methods.get(key) : methods.computeIfAbsent(key, k -> name.method());
        if (isOwner(owner, name)) {
            return name.simple();
        }
        if (owner != null && !ambiguous.contains(key) && warned.add(key + " " + name.method())) {
            log.warn(
                    "{} '{}' is that of {}, which was the first to need it, and {} has '{}'."
                            + " Name them: which one is the first, and has the settings of '{}', can change.",
                    declaration.pattern().title(),
                    name.simple(),
                    owner,
                    name.method(),
                    name.full(),
                    name.simple());
        }
        return name.full();
    }

    private static boolean isOwner(@Nullable String owner, DefaultName name) {
        return name.method().equals(owner);
    }

    private static String key(Declaration declaration, DefaultName name) {
        return declaration.pattern().key() + " " + name.simple();
    }
}
