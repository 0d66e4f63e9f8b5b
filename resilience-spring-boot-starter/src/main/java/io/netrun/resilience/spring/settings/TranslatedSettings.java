package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.BlockTranslator;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.BlockTranslator.Moved;
import io.netrun.resilience.spring.mapping.ForeignAutoConfigurations;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import io.netrun.resilience.spring.mapping.SettingsTranslator.Placed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/**
 * The settings of resilience4j in the words of this library, with their origins. As a source of properties it comes
 * after all others, so that settings of this library win. Immutable.
 */
public final class TranslatedSettings extends EnumerablePropertySource<Map<String, String>>
        implements OriginLookup<String> {

    private static final String NAME = "translated settings of resilience4j";

    /** Stands for each pool that an annotation alone names. */
    private static final String ANY_POOL = "*";

    private static final String EXCLUDED = "spring.autoconfigure.exclude";

    private static final String FOREIGN_TIMEOUT = "java.util.concurrent.TimeoutException";

    private static final String OWN_TIMEOUT = "io.netrun.resilience.timeout.TimeoutExceededException";

    /** Settings that protect no call and limit none: leaving them out is logged, and stops nothing. */
    static final Set<String> HARMLESS = Set.of(
            "eventconsumerbuffersize",
            "baseconfig",
            "configs",
            "registerhealthindicator",
            "allowhealthindicatortofail",
            "subscribeforevents",
            "randomizedwaitfactor",
            "enablerandomizedwait",
            "corethreadpoolsize",
            "keepaliveduration",
            "contextpropagators",
            "faircallhandlingstrategyenabled",
            "faircallhandlingenabled",
            "automatictransitionfromopentohalfopenenabled");

    /** Groups of settings of the whole application without an influence on calls. */
    private static final List<String> HARMLESS_GROUPS = List.of(
            "resilience4j.*\\.metrics\\..*",
            "resilience4j.*\\.tags(\\..*)?",
            "resilience4j\\.scheduled.*",
            "management\\..*");

    private final Map<String, Origin> origins;
    private final List<String> order;
    private final List<Translation> translations;
    private final List<Leftover> leftovers;
    private final Map<String, Object> poolDefaults;

    private TranslatedSettings(
            Map<String, String> values,
            Map<String, Origin> origins,
            List<String> order,
            List<Translation> translations,
            List<Leftover> leftovers,
            Map<String, Object> poolDefaults) {
        super(NAME, values);
        this.origins = origins;
        this.order = List.copyOf(order);
        this.translations = List.copyOf(translations);
        this.leftovers = List.copyOf(leftovers);
        this.poolDefaults = Map.copyOf(poolDefaults);
    }

    /** The translation of an environment's present settings; empty unless the application wants it. */
    public static Optional<TranslatedSettings> of(Environment environment) {
        return environment instanceof ConfigurableEnvironment configurable && Compatibility.isOn(environment)
                ? Optional.of(translate(configurable))
                : Optional.empty();
    }

    /** This, as Spring Boot reads sources. */
    ConfigurationPropertySource asSource() {
        ConfigurationPropertySource source = ConfigurationPropertySource.from(this);
        if (source == null) {
            throw new IllegalStateException("Spring Boot cannot read " + NAME);
        }
        return source;
    }

    /** The order of the patterns, outermost first. */
    List<String> order() {
        return order;
    }

    /**
     * What the shared configuration {@code default} of thread pools sets for those that annotations alone name, as
     * attributes of an annotation; empty if there is none.
     */
    public Map<String, Object> poolDefaults() {
        return poolDefaults;
    }

    /** What became of the settings of resilience4j that the configuration has. */
    public List<Translation> translations() {
        return translations;
    }

    /** What could not be translated. */
    public List<Leftover> leftovers() {
        return leftovers;
    }

    @Override
    public String[] getPropertyNames() {
        return source.keySet().toArray(new String[0]);
    }

    @Override
    public @Nullable Object getProperty(String name) {
        return source.get(name);
    }

    @Override
    public @Nullable Origin getOrigin(String name) {
        return origins.get(name);
    }

    private static TranslatedSettings translate(ConfigurableEnvironment environment) {
        ForeignSettings found = ForeignSettings.in(environment);
        SettingsDocument document = new SettingsDocument("environment#0", true, found.settings());
        ModuleSettings module = new ModuleSettings();
        module.add(document);
        ModuleSettings.SECTIONS.keySet().forEach(module::addPattern);
        module.setTimeouts(false); // an application may have slow calls that no timeout ends
        for (Block.Id id : document.blocks().keySet()) {
            if (id.section().equals("threadpoolbulkhead") && !id.shared()) {
                module.addBulkhead(id.name(), false); // so that each pool has the name that its annotations have
            }
        }
        if (document.blocks().containsKey(new Block.Id("threadpoolbulkhead", true, "default"))) {
            module.addBulkhead(ANY_POOL, true);
        }
        SettingsTranslator.Result result = new SettingsTranslator(module, document, true).translate(true);
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Origin> origins = new LinkedHashMap<>();
        List<Translation> translations = new ArrayList<>();
        Map<String, Object> poolDefaults = new LinkedHashMap<>();
        List<String> order = module.order(document.id());
        for (Placed placed : result.moved()) {
            if (placed.path().size() < 3) {
                continue; // the order, which has a reader of its own
            }
            if (isOfAnyPool(placed.path())) {
                poolDefaults.put(
                        attribute(placed.path().get(4)),
                        attributeValue(placed.setting().value().text()));
                continue;
            }
            String key = key(placed.path());
            Moved moved = placed.setting();
            String value = withTimeouts(placed.path(), moved.value().text());
            if (values.putIfAbsent(key, value) == null) {
                String source = moved.source();
                origins.put(key, source == null ? new Standard() : found.origin(source));
                if (source != null) {
                    translations.add(new Translation(source, key, value));
                }
            }
        }
        addPoolSizes(document, values, origins);
        if (GlobalSettings.orElse(environment, "metrics.resilience4j", Boolean.class, false)
                && values.putIfAbsent("resilience.retry.defaults.count-successes", "true") == null) {
            origins.put("resilience.retry.defaults.count-successes", new Standard()); // for the meter of that kind
        }
        List<Leftover> leftovers = new ArrayList<>();
        for (Left left : result.left()) {
            leftovers.add(new Leftover(left.what(), left.reason(), found.origin(left.what()), isHarmless(left)));
        }
        for (String name : Binder.get(environment)
                .bind(EXCLUDED, String[].class)
                .map(List::of)
                .orElse(List.of())) {
            if (ForeignAutoConfigurations.isName(name)) {
                Left left = ForeignAutoConfigurations.excluded(name);
                boolean harmless = !left.reason().contains("annotations of that pattern");
                leftovers.add(new Leftover(EXCLUDED + " = " + name, left.reason(), new Excluded(name), harmless));
            }
        }
        return new TranslatedSettings(values, origins, order, translations, leftovers, poolDefaults);
    }

    private static boolean isOfAnyPool(List<String> path) {
        return path.size() == 5 && path.get(1).equals("bulkhead") && path.get(3).equals(ANY_POOL);
    }

    private static String attribute(String setting) {
        return Pattern.compile("-(\\w)")
                .matcher(setting)
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    private static Object attributeValue(String text) {
        return text.matches("\\d{1,9}")
                ? Integer.valueOf(text)
                : text.matches("true|false") ? Boolean.valueOf(text) : text;
    }

    /** There, a pool has as many threads as there are processors, unless it is configured. */
    private static void addPoolSizes(
            SettingsDocument document, Map<String, String> values, Map<String, Origin> origins) {
        for (Block.Id id : document.blocks().keySet()) {
            if (id.section().equals("threadpoolbulkhead") && !id.shared()) {
                String key = key(List.of("resilience", "bulkhead", "instances", id.name() + "-pool", "max-concurrent"));
                if (values.putIfAbsent(key, String.valueOf(poolSize())) == null) {
                    origins.put(key, new Standard());
                }
            }
        }
    }

    /** The default number of a pool's threads in resilience4j. */
    public static int poolSize() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static boolean isHarmless(Left left) {
        String key = left.what();
        String last = key.substring(key.lastIndexOf('.') + 1);
        if (left.reason().startsWith(BlockTranslator.UNREADABLE)) {
            return false;
        }
        return HARMLESS.contains(Names.uniform(last))
                || left.reason().startsWith("It had no effect")
                || left.reason().startsWith("More than one call in a microsecond")
                || left.reason().startsWith(SettingsTranslator.AMONG_OTHERS)
                || left.reason().startsWith("There, only a result")
                || HARMLESS_GROUPS.stream().anyMatch(key::matches);
    }

    /** What a timeout throws counts wherever the exception counts that it throws in resilience4j. */
    private static String withTimeouts(List<String> path, String value) {
        boolean exceptions = path.get(path.size() - 1).endsWith("exceptions");
        return exceptions && value.contains(FOREIGN_TIMEOUT) && !value.contains(OWN_TIMEOUT)
                ? value + ", " + OWN_TIMEOUT
                : value;
    }

    private static String key(List<String> path) {
        return path.size() == 5
                ? path.subList(0, 3).stream().collect(Collectors.joining(".")) + "[" + path.get(3) + "]." + path.get(4)
                : String.join(".", path);
    }

    /** The exceptions of resilience4j with those that replace them. */
    public static Map<String, String> exceptions() {
        return MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception");
    }

    /**
     * A setting that was translated.
     *
     * @param there its key
     * @param here the key of this library
     * @param value the value here
     */
    public record Translation(String there, String here, String value) {}

    /**
     * A setting that was not translated.
     *
     * @param key its key
     * @param reason the reason, with what to do
     * @param origin where it is written
     * @param isHarmless whether calls are protected as before without it
     */
    public record Leftover(String key, String reason, Origin origin, boolean isHarmless) {}

    /** The exclusion of an auto-configuration. */
    private record Excluded(String name) implements Origin {

        @Override
        public String toString() {
            return EXCLUDED + " = " + name;
        }
    }

    /** The origin of a setting that the configuration does not have. */
    private record Standard() implements Origin {

        @Override
        public String toString() {
            return "default of resilience4j";
        }
    }
}
