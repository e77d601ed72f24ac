BEGIN TRANSACTION;
CREATE TABLE aside (
  kind TEXT NOT NULL, row INTEGER NOT NULL, document_id TEXT NOT NULL, path TEXT NOT NULL,
  reason TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, row)) STRICT;
CREATE TABLE hints (
  source INTEGER PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL) STRICT;
INSERT INTO "hints" VALUES(1,66,1700000000000000000,1795739344276897838,1795739344683384115);
INSERT INTO "hints" VALUES(2,59,1700000000000000000,1795739344276976324,1795739344683731911);
INSERT INTO "hints" VALUES(3,59,1700000000000000000,1795739344608285871,1795739344682864543);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('embedder','fake;dim=8;window=64','f4f4102cad7d713210f46bd8534fa1d1b2d6cd2366edff59e51cba00778b5edc');
INSERT INTO "meta" VALUES('dimension','8','6ddd20b8a31b813fe2b34aac898b8a3572b8bd1b19ea540a52f8ef3828c30205');
INSERT INTO "meta" VALUES('chunker','sections-5;sentences-3;target=200','d4074183181229f384c78a2639950cb81b3bb264cbbcde21333b14694a47e4cb');
INSERT INTO "meta" VALUES('readers','text-6;markdown-5','cfbfdf1abb5e1006b7a4eaa7f45047c1fdc851d414ba965acd5335338c5590c2');
CREATE TABLE passages (
  passage_id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL, headings TEXT NOT NULL,
  page INTEGER, n_tokens INTEGER NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
INSERT INTO "passages" VALUES(1,1,9,65,'[[9,44],[45,65]]','["Ferry"]',NULL,14,'71cb3929c4d763de614c54b0b3b524c7b1cf2f30ac4dad3bb06c59a3ace27fc3');
INSERT INTO "passages" VALUES(2,2,0,58,'[[0,24],[26,58]]','[]',NULL,16,'f52054bc921cc786ee96a9ce9d616d7917d4533f9364fc7569f5b2ed7c97f7cc');
CREATE TABLE revisions (
  revision INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL,
  n_passages INTEGER NOT NULL, added_version INTEGER NOT NULL, removed_version INTEGER,
  content_sha256 TEXT NOT NULL, row_sha256 TEXT NOT NULL, title TEXT NOT NULL,
  media_type TEXT NOT NULL, date TEXT, file_sha256 TEXT NOT NULL, text_sha256 TEXT NOT NULL,
  warnings TEXT NOT NULL, sections TEXT NOT NULL, text BLOB NOT NULL) STRICT;
INSERT INTO "revisions" VALUES(1,'0a3e9bef200d0c69',1,2,NULL,'d2ebf6d05e62e1f49347cc4332e7071fca500b4e47fdff64679fa54d76f6a1c6','955df4b1ad51365bf00b413a021d1bfa63a135a6ce79403ddd88ba2b6d2fa1ba','Ferry','text/markdown',NULL,'d6fb8d1522597a710f1478532afc78c69741673f9abf0dfab65392449aecce57','d6fb8d1522597a710f1478532afc78c69741673f9abf0dfab65392449aecce57','[]','[{"span":{"start":2,"end":7},"kind":"heading","title":"Ferry","level":1,"page":null,"speaker":null,"date":null},{"span":{"start":9,"end":65},"kind":"text","title":"","level":0,"page":null,"speaker":null,"date":null}]',X'232046657272790A0A546865206665727279206C6566742074686520686172626F7572206174206E696E652E2049742063616D65206261636B2061742074656E2E0A');
INSERT INTO "revisions" VALUES(2,'9c02e30a30f215fd',1,2,NULL,'a4f481e250cc2f8e5e6d606e1f2660eb3d50a7a51ed3b9e375caebe2977a0ff2','b5b3211b125d5eeaff65059c77f09b32c6d148a3eb0305147bfeb1182e4ace6b','','text/plain',NULL,'b109b887385540fb89f82db0acc1cb988c00fb35ce77717368cc64893cedae4d','b109b887385540fb89f82db0acc1cb988c00fb35ce77717368cc64893cedae4d','[]','[{"span":{"start":0,"end":58},"kind":"text","title":"","level":1,"page":null,"speaker":null,"date":null}]',X'41646120486F6C74206B6565707320746865206D6170732E0A0A54686520686172626F757220776173206472656467656420696E20313939382E0A');
CREATE TABLE sources (
  source INTEGER PRIMARY KEY AUTOINCREMENT, root TEXT NOT NULL, path TEXT NOT NULL,
  document_id TEXT NOT NULL, file_sha256 TEXT NOT NULL, added_version INTEGER NOT NULL,
  removed_version INTEGER, row_sha256 TEXT NOT NULL) STRICT;
INSERT INTO "sources" VALUES(1,'/docs','ferry.md','0a3e9bef200d0c69','d6fb8d1522597a710f1478532afc78c69741673f9abf0dfab65392449aecce57',2,NULL,'6c8ad7d11f538a55750eaaa249b8885524b3b81c3cd58948e155250c270c11d4');
INSERT INTO "sources" VALUES(2,'/docs','maps.txt','9c02e30a30f215fd','b109b887385540fb89f82db0acc1cb988c00fb35ce77717368cc64893cedae4d',2,NULL,'d7c61ce5e2825a84096a8d6d34444ae91ccaddd938b146f2e07ace812a664f61');
INSERT INTO "sources" VALUES(3,'/docs','copy.txt','9c02e30a30f215fd','b109b887385540fb89f82db0acc1cb988c00fb35ce77717368cc64893cedae4d',3,NULL,'1f41b40257f91c836bf18e4af89449a0c7a3d1a9a4c5f5a498d734dcde5d5500');
INSERT INTO "sources" VALUES(4,'/docs','old.txt','4c8ffc860b421c25','08145bcf2f3707a8c45bfcb643636734971174005be4f460121bcb6b7c377c93',4,5,'d0ac79285afbb7f435cfaffe86335ac841ecd6dc0ba617630ad943a443c4ed8f');
CREATE TABLE vectors (
  revision INTEGER PRIMARY KEY, row_sha256 TEXT NOT NULL, passage_ids BLOB NOT NULL,
  vectors BLOB NOT NULL) STRICT;
INSERT INTO "vectors" VALUES(1,'734c439a9790bf19c485b9d906cec744cfdef092add26b8dd034be43ee60fc28',X'0100000000000000',X'14AB3DA840B76C302E37E4B34529B3B9');
INSERT INTO "vectors" VALUES(2,'15d379ce45f6e86c1119c2566284fc46e4955c0a66bb9c38b1e26676bd2a6925',X'0200000000000000',X'12348CB428B8A2313137972FF43167B8');
CREATE TABLE versions (
  version INTEGER PRIMARY KEY, documents INTEGER NOT NULL, passages INTEGER NOT NULL,
  digest TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
INSERT INTO "versions" VALUES(5,2,2,'bc28a90d279766e4291fc8a0ac7aa2acf67bd179f4d95826f17074b2aa976f16','7a79f1808cd9f728df8e35b586d794913f928307b2db5586abc25107ac2309ba');
CREATE INDEX revisions_entry ON revisions (
  added_version, removed_version, document_id, n_passages, content_sha256, row_sha256);
CREATE INDEX revisions_removed ON revisions (removed_version) WHERE removed_version IS NOT NULL;
CREATE INDEX revisions_document ON revisions (document_id);
CREATE INDEX revisions_file ON revisions (file_sha256);
CREATE INDEX sources_added ON sources (added_version);
CREATE INDEX sources_removed ON sources (removed_version) WHERE removed_version IS NOT NULL;
CREATE UNIQUE INDEX sources_file ON sources (rtrim(root, '/') || '/' || path)
  WHERE removed_version IS NULL;
CREATE INDEX sources_document ON sources (document_id);
CREATE INDEX passages_revision ON passages (revision);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('revisions',3);
INSERT INTO "sqlite_sequence" VALUES('passages',3);
INSERT INTO "sqlite_sequence" VALUES('sources',4);
COMMIT;
PRAGMA user_version = 2;
