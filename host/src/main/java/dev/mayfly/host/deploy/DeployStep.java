package dev.mayfly.host.deploy;

/** The steps of a deployment, in order, then those of other changes. What is reached is durable as far as it says. */
public enum DeployStep {
    /** The upload is in a temporary file. */
    RECEIVED,
    /** The component is in the store. */
    STORED,
    /** The artifact is in the store. */
    COMPILED,
    /** The artifact is loaded and all its imports are there. */
    LINKED,
    /** The catalog has the version and the alias that points to it: from here on a restart finds both. */
    COMMITTED,
    /** New calls get the new version. */
    ROUTED,
    /** What nobody refers to any more is out of the store. */
    CLEANED,

    /** The catalog has the alias as it is to be. */
    ALIAS_COMMITTED,
    /** New calls go where it points to. */
    ALIAS_ROUTED,

    /** The catalog has forgotten a version. */
    VERSION_REMOVED,
    /** No call gets it any more. */
    VERSION_UNROUTED,
    /** Its component is out of the store, unless another version is made of it. */
    VERSION_CLEANED
}
