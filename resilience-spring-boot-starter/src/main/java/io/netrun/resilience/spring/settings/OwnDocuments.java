package io.netrun.resilience.spring.settings;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Whether a document of the configuration certainly belongs to this application alone, in whatever profile and on
 * whatever platform it runs. Settings elsewhere may be for beans of another profile or of another application.
 */
final class OwnDocuments {

    /** Sources that several applications may share, by name: a configuration server, a cluster, a vault. */
    private static final Pattern SHARED = Pattern.compile("(?i)^(bootstrapProperties|configserver:|configClient)"
            + "|vault|consul|configmap|secret|zookeeper|nacos|apollo");

    /** Files and directories outside the class path, as Spring and Spring Boot name their sources. */
    private static final Pattern OUTSIDE =
            Pattern.compile("^(Config tree |Config resource '(?!class path resource )|(file|URL) \\[)");

    /** What Spring Boot's keys that limit a document to profiles or to a platform have in common. */
    private static final ConfigurationPropertyName CONDITION = ConfigurationPropertyName.of("spring.config.activate");

    /** The path of a resource, in the brackets of its description. */
    private static final Pattern PATH = Pattern.compile("\\[(.*?)\\](?=['\\s]|$)");

    /** Where the classes of an application are that is packaged as one file. */
    private static final Pattern PACKAGED = Pattern.compile("(BOOT|WEB)-INF/classes/");

    private static final Pattern EXTENSION = Pattern.compile("\\.(ya?ml|properties|xml|json)$");

    private final ConfigurableEnvironment environment;

    OwnDocuments(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** Whether the document of a property belongs to this application alone, and to all its profiles. */
    boolean contain(Property property) {
        List<PropertySource<?>> importers = importers(property);
        return isOwn(property.source())
                && importers.stream().allMatch(this::isOwn)
                && (importers.isEmpty() || !isInALibrary(property));
    }

    /** Whether a property is in a jar that may be a library's, and not among the classes of a packaged application. */
    private static boolean isInALibrary(Property property) {
        Origin origin = OriginLookup.getOrigin(property.source(), property.written());
        if (!(origin instanceof TextResourceOrigin text) || text.getResource() == null) {
            return false;
        }
        try {
            String url = text.getResource().getURL().toString();
            return url.startsWith("jar:") && !PACKAGED.matcher(url).find();
        } catch (IOException unknown) {
            return false;
        }
    }

    private boolean isOwn(PropertySource<?> document) {
        return !isShared(document) && !isConditional(document);
    }

    private static boolean isShared(PropertySource<?> document) {
        String name = document.getName();
        return SHARED.matcher(name).find() || OUTSIDE.matcher(name).find() || isForeign(document.getClass());
    }

    /** Stores in the cloud have classes of their own. */
    private static boolean isForeign(Class<?> source) {
        Class<?> known = source;
        while (known.isAnonymousClass() && known.getSuperclass() != null) {
            known = known.getSuperclass();
        }
        String name = known.getName();
        return known != TranslatedSettings.class
                && (!name.startsWith("org.springframework.") || name.startsWith("org.springframework.cloud."));
    }

    private boolean isConditional(PropertySource<?> document) {
        ConfigurationPropertySource properties = ConfigurationPropertySource.from(document);
        return (properties != null && properties.containsDescendantOf(CONDITION) == ConfigurationPropertyState.PRESENT)
                || isFileOfProfile(document.getName());
    }

    /**
     * Whether a source is the file of an active profile. Dashes can be part of the file's name and of the profile's, so
     * the file is compared with the profiles that there are.
     */
    private boolean isFileOfProfile(String source) {
        List<String> profiles = Stream.of(environment.getActiveProfiles(), environment.getDefaultProfiles())
                .flatMap(Arrays::stream)
                .map(profile -> "-" + profile.toLowerCase(Locale.ROOT))
                .toList();
        return paths(source).stream()
                .map(OwnDocuments::baseName)
                .anyMatch(file -> profiles.stream().anyMatch(file::endsWith));
    }

    private static List<String> paths(String source) {
        List<String> paths = new ArrayList<>();
        Matcher matcher = PATH.matcher(source);
        while (matcher.find()) {
            paths.add(matcher.group(1));
        }
        return paths.isEmpty() ? List.of(source) : paths;
    }

    /** The name of a file without directories and extension, in lower case: some file systems ignore the case. */
    private static String baseName(String path) {
        String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
        return EXTENSION.matcher(file.toLowerCase(Locale.ROOT)).replaceFirst("");
    }

    /** The documents that have imported the document of a property, directly or not. */
    private static List<PropertySource<?>> importers(Property property) {
        List<PropertySource<?>> importers = new ArrayList<>();
        for (Origin imported : Origin.parentsFrom(OriginLookup.getOrigin(property.source(), property.written()))) {
            if (imported instanceof PropertySourceOrigin importing) {
                importers.add(importing.getPropertySource());
            }
        }
        return importers;
    }
}
