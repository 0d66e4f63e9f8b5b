package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.SourceFile;
import org.openrewrite.java.marker.JavaSourceSet;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.quark.Quark;
import org.openrewrite.xml.tree.Xml;

/**
 * The build files of a recipe: which get a dependency because of what their modules use, in which the dependencies of
 * the other library stay, and what they become. Not thread-safe.
 */
final class BuildFiles {

    /** Without it on the class path, resilience4j does not activate its aspects. */
    private static final String JOIN_POINT = "org.aspectj.lang.ProceedingJoinPoint";

    /** What activates the annotations of Spring's two libraries, as an annotation or as a bean. */
    private static final Map<String, Pattern> ACTIVATING = Map.of(
            MappingTable.SPRING_RETRY,
            Pattern.compile("\\b(EnableRetry|RetryConfiguration|AnnotationAwareRetryOperationsInterceptor)\\b"),
            MappingTable.SPRING_FRAMEWORK,
            Pattern.compile("\\b(EnableResilientMethods|(RetryAnnotation|ConcurrencyLimit)BeanPostProcessor)\\b"));

    /** Spring Cloud's adapter, also with its starters. */
    private static final Pattern CLOUD =
            Pattern.compile("\\bspring-cloud-(?:starter-)?circuitbreaker-(?:reactor-)?resilience4j\\b");

    private final String library;

    private final Dependencies dependencies;

    private final PomProperties properties = new PomProperties();

    /** Whether the main sources of modules use annotations, or their tests alone. */
    private final Map<String, Boolean> annotated = new TreeMap<>();

    /** Whether the main sources of modules use other types, or their tests alone. */
    private final Map<String, Boolean> moved = new TreeMap<>();

    private final Set<String> applications = new TreeSet<>();

    /** Whether modules have what the aspects of resilience4j need, where their class paths are known. */
    private final Map<String, Boolean> aspects = new TreeMap<>();

    /** The modules whose main sources have annotations that need to be activated. */
    private final Set<String> inactive = new TreeSet<>();

    /** The modules of resilience4j for publishers on the class paths of modules, as far as these are known. */
    private final Map<String, Set<String>> extensions = new TreeMap<>();

    /** The annotated methods of main sources that return publishers, by their modules. */
    private final Map<String, List<PublisherMethods.Method>> publishers = new TreeMap<>();

    /** Whether main sources or XML activate annotations, as far as they were read. */
    private boolean isActivated;

    /** Whether sources of the build itself name dependencies of the library. */
    private boolean isInSources;

    /**
     * What is known of a build.
     *
     * @param builds its modules
     * @param catalogs its version catalogs
     * @param modules the modules that use the library
     * @param kept the modules in which code stays with it
     * @param typesMoved whether types beside annotations are moved
     */
    record Build(Builds builds, Catalogs catalogs, Set<String> modules, Set<String> kept, boolean typesMoved) {

        boolean stays(String path) {
            return kept.stream().anyMatch(module -> builds.isPartOf(path, module, modules));
        }

        boolean staysBeneath(String directory) {
            return kept.stream().anyMatch(module -> Builds.isBeneath(directory, module));
        }
    }

    /** @param library the library, as in the mapping table */
    BuildFiles(String library) {
        this.library = library;
        this.dependencies = new Dependencies(library);
    }

    /** Whether a file is one of those that have dependencies, or sources of a build. */
    static boolean isBuild(SourceFile file) {
        return GradleMove.isScript(file)
                || Catalogs.isCatalog(file)
                || (file instanceof Xml.Document && ("/" + SettingsMove.path(file)).endsWith("/pom.xml"));
    }

    /** Notes a module with the class of an application. */
    void addApplication(String module) {
        applications.add(module);
    }

    /** Notes annotations of the library. */
    void addAnnotated(String module, boolean main) {
        annotated.merge(module, main, Boolean::logicalOr);
    }

    /** Notes annotations of main sources that have an effect only if they are activated. */
    void addInactive(String module) {
        inactive.add(module);
    }

    /** Notes other types that are moved. */
    void addMoved(String module, boolean main) {
        moved.merge(module, main, Boolean::logicalOr);
    }

    /** Notes what a file names. */
    void scan(SourceFile file) {
        properties.scan(file);
        isInSources |= isSourceOfBuild(file);
        isActivated |= isActivating(file);
        String module = Names.module(SettingsMove.path(file));
        if (!aspects.containsKey(module)) {
            file.getMarkers()
                    .findFirst(JavaSourceSet.class)
                    .filter(sources -> sources.getName().equals("main"))
                    .map(JavaSourceSet::getClasspath)
                    .filter(types -> !types.isEmpty())
                    .ifPresent(types -> addClassPath(module, types));
        }
    }

    private void addClassPath(String module, List<JavaType.FullyQualified> types) {
        aspects.put(
                module,
                types.stream().anyMatch(type -> type.getFullyQualifiedName().equals(JOIN_POINT)));
        Set<String> found = new TreeSet<>();
        for (JavaType.FullyQualified type : types) {
            PublisherMethods.MODULES.forEach((extension, name) -> {
                if (type.getFullyQualifiedName().equals(name)) {
                    found.add(extension);
                }
            });
        }
        extensions.put(module, found);
    }

    /** Notes annotated methods of main sources that return publishers. */
    void addPublishers(String module, List<PublisherMethods.Method> methods) {
        publishers.computeIfAbsent(module, name -> new ArrayList<>()).addAll(methods);
    }

    /**
     * Whether the aspects knew what the methods of a module return, as far as is known.
     *
     * @param extension the module of resilience4j for it; empty if there is none
     */
    boolean isKnown(String module, String extension, Build build) {
        return hosts(module, build).stream()
                .anyMatch(host -> having(host, module, extension, build).contains(""));
    }

    /** Where an application has a module of resilience4j: the profiles, and an empty name if it needs none. */
    private Set<String> having(String host, String module, String extension, Build build) {
        Set<String> onPath = extensions.getOrDefault(host, extensions.get(module));
        if (!extension.isEmpty() && (onPath == null || onPath.contains(extension))) {
            return Set.of("");
        }
        Set<String> having =
                extension.isEmpty() ? new TreeSet<>() : build.builds().having(host, build.modules(), extension);
        if (extension.equals("resilience4j-reactor")) {
            having.addAll(build.builds()
                    .having(host, build.modules(), "spring-cloud-starter-circuitbreaker-reactor-resilience4j"));
        }
        return having;
    }

    /** The applications that have a module, or the module itself if none does. */
    private Set<String> hosts(String module, Build build) {
        Set<String> hosts = new TreeSet<>();
        applications.stream()
                .filter(name -> name.equals(module)
                        || build.builds().libraries(name, build.modules()).contains(module))
                .forEach(hosts::add);
        return hosts.isEmpty() ? Set.of(module) : hosts;
    }

    /** Lists the methods that run in a module, and whose publishers no aspect knew. */
    private void leavePublishers(String host, Build build, Consumer<Left> left) {
        Map<String, List<PublisherMethods.Method>> unknown = new TreeMap<>();
        Map<String, Set<String>> profiles = new TreeMap<>();
        publishers.forEach((module, methods) -> {
            if (hosts(module, build).contains(host)) {
                methods.forEach(method -> {
                    Set<String> having = having(host, module, method.module(), build);
                    if (!having.contains("")) {
                        unknown.computeIfAbsent(method.module(), name -> new ArrayList<>())
                                .add(method);
                        profiles.put(method.module(), having);
                    }
                });
            }
        });
        unknown.forEach((extension, methods) ->
                left.accept(PublisherMethods.left(extension, methods, profiles.getOrDefault(extension, Set.of()))));
    }

    /** Whether no module has what makes the annotations of resilience4j have an effect, as far as is known. */
    private boolean isWithoutAspects() {
        return library.equals(MappingTable.RESILIENCE4J) && !aspects.isEmpty() && !aspects.containsValue(true);
    }

    private boolean isActivating(SourceFile file) {
        Pattern activating = ACTIVATING.get(library);
        String sources = SettingsDocument.sources(SettingsMove.path(file));
        boolean code = OtherLanguages.isSource(file)
                || file instanceof Xml.Document
                || (file instanceof JavaSourceFile && !GradleMove.isScript(file));
        return activating != null
                && !isActivated
                && code
                && (sources.isEmpty() || sources.equals("main"))
                && (file instanceof Quark || activating.matcher(file.printAll()).find());
    }

    /** Whether code names what activates the annotations of a library. */
    static boolean isActivating(String library, String code) {
        Pattern activating = ACTIVATING.get(library);
        return activating != null && activating.matcher(code).find();
    }

    private boolean isSourceOfBuild(SourceFile file) {
        String group = dependencies.group();
        boolean source = OtherLanguages.isSource(file)
                || (file instanceof JavaSourceFile && Builds.isConvention("/" + SettingsMove.path(file)));
        return source
                && !GradleMove.isScript(file)
                && !group.isEmpty()
                && !(file instanceof Quark)
                && file.printAll().contains(group + ":");
    }

    /** Lists the coordinates of the library in a source, such as one of {@code buildSrc}. */
    void list(SourceFile file, Build build, Consumer<Left> left) {
        if (isSourceOfBuild(file) && build.kept().isEmpty()) {
            dependencies.left(file.printAll(), "//", left);
        }
    }

    /** A build file after the recipe. */
    @Nullable
    SourceFile moved(SourceFile file, Build build, ExecutionContext ctx, Consumer<Left> left) {
        String path = SettingsMove.path(file);
        String boot = annotated.isEmpty() && moved.isEmpty()
                ? null
                : BootVersion.below(file, text -> build.builds().resolved(Names.module(path), text));
        if (boot != null) {
            left.accept(new Left(
                    "Spring Boot " + boot,
                    "Raise it to 3.5 or later first, and run the recipe then: the starter needs it, and the application"
                            + " does not start with an earlier one."));
        }
        boolean stays = Catalogs.isCatalog(file) ? build.staysBeneath(Catalogs.root(file)) : build.stays(path);
        Matcher cloud = CLOUD.matcher(file.printAll());
        if (library.equals(MappingTable.RESILIENCE4J) && !stays && cloud.find()) {
            left.accept(new Left(
                    cloud.group(),
                    "There, each call by a CircuitBreakerFactory, by OpenFeign, or by the filter CircuitBreaker of Gateway"
                            + " has a time limit of 1s, unless its id has another one or"
                            + " spring.cloud.circuitbreaker.resilience4j.disable-time-limiter is true, and the bulkheads of"
                            + " its id; here, it has a time limit only where one is set, and no bulkhead. To keep the"
                            + " limit, set resilience.timeout.instances.<id>.duration to 1s for each id with settings, and"
                            + " resilience.timeout.instances.spring-cloud.duration for all others."));
        }
        if (Catalogs.isCatalog(file)) {
            return new CatalogMove(library, build.catalogs(), build.staysBeneath(Catalogs.root(file))).move(file, left);
        }
        String module = Names.module(path);
        String added = Builds.isOwn(path, module) ? added(module, build) : null;
        String scope = added != null && !isOfMain(module, added) ? "test" : "";
        if (added != null && !dependencies.group().isEmpty()) {
            left.accept(dependencies.added(added));
        }
        boolean unprotected = Builds.isOwn(path, module) && annotated.getOrDefault(module, false) && isWithoutAspects();
        if (unprotected) {
            left.accept(new Left(
                    "annotations of resilience4j",
                    "AspectJ is not on the compile class path (spring-boot-starter-aop), so that they had no effect"
                            + " there. They have one here: remove those that are not meant to have it."));
        }
        if (Builds.isOwn(path, module) && !isWithoutAspects()) {
            leavePublishers(module, build, left);
        }
        if (Builds.isOwn(path, module) && inactive.contains(module) && !isActivated) {
            String enabling = library.equals(MappingTable.SPRING_RETRY) ? "@EnableRetry" : "@EnableResilientMethods";
            left.accept(new Left(
                    "annotations without " + enabling,
                    "No main source has " + enabling + ", so that they had no effect there, unless a library"
                            + " activates them. They have one here: remove those that are not meant to have it."));
        }
        if (file instanceof Xml.Document pom) {
            PomMove.Options options = new PomMove.Options(
                    build.stays(path),
                    added,
                    scope,
                    text -> build.builds().resolved(module, text),
                    artifact -> isManaged(artifact, module, build),
                    name -> properties.isUnused(
                            name,
                            build.builds(),
                            dependencies,
                            other -> build.stays(other.isEmpty() ? "pom.xml" : other.substring(1) + "/pom.xml")));
            return (SourceFile) new PomMove(library, options, left).visit(pom, ctx);
        }
        SourceFile script = dependencies.group().isEmpty()
                ? file
                : new GradleMove(library, build.catalogs(), build.stays(path)).move(file, left);
        return added == null
                ? script
                : GradleMove.add(script, added, scope.isEmpty() ? "implementation" : "testImplementation");
    }

    /** Whether the build gives an artifact of this library its version, once its dependency management is moved. */
    private boolean isManaged(String artifact, String module, Build build) {
        return build.builds().managed(module).stream()
                .map(managed -> managed.group().equals(Dependencies.GROUP)
                        ? managed.artifact()
                        : dependencies.replacement(managed.group(), managed.artifact()))
                .anyMatch(here -> here.equals(artifact) || here.equals(Dependencies.BOM));
    }

    private boolean isOfMain(String module, String artifact) {
        boolean main = annotated.getOrDefault(module, false);
        return main || (artifact.equals(Dependencies.CORE) && moved.getOrDefault(module, false));
    }

    /** What a module needs, and does not get from its build files; null if it has what it needs. */
    private @Nullable String added(String module, Build build) {
        boolean annotations = annotated.containsKey(module);
        if (!annotations && !(build.typesMoved() && moved.containsKey(module))) {
            return null;
        }
        Set<String> reached = reached(module, build);
        boolean starter = reached.contains(Dependencies.STARTER);
        if (dependencies.group().isEmpty()) {
            return starter ? null : Dependencies.STARTER;
        } else if (isInSources || starter) {
            return null;
        } else if (annotations && (reached.isEmpty() || applications.contains(module))) {
            return Dependencies.STARTER;
        }
        return reached.isEmpty() ? Dependencies.CORE : null;
    }

    private Set<String> reached(String module, Build build) {
        return build.builds()
                .reached(
                        module,
                        build.modules(),
                        dependency -> dependency.group().equals(Dependencies.GROUP)
                                ? dependency.artifact()
                                : dependencies.replacement(dependency.group(), dependency.artifact()),
                        (path, text) -> GradleMove.artifacts(path, text, dependencies, build.catalogs()));
    }
}
